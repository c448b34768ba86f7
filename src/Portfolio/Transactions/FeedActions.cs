using AgentInvest.Core;
using AgentInvest.Market;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>
/// The splits and dividends that the feed reports for one holding, as entries of its ledger. They follow from the user's own entries alone, so they are worked
/// out anew whenever one of these is booked, in the same transaction: a sale in 2021 of shares bought in 2005 sees the splits between at once, and a backdated
/// purchase corrects the dividends after it.
/// </summary>
internal static class FeedActions
{
    /// <summary>
    /// What the feed's entries must be. An action takes effect at the start of its day, before that day's trades; a dividend is for what was held before a split of the
    /// same day. An entry of the user's own of that day and kind stands instead.
    /// </summary>
    public static List<LedgerRow> Expected(IReadOnlyList<LedgerRow> own, IReadOnlyList<CorporateAction> actions, Func<DateOnly, decimal> fxRate)
    {
        var expected = new List<LedgerRow>();
        var held = 0m;
        var next = 0;
        var entries = own.OrderBy(e => e.ExecutedAt).ThenBy(e => e.Type == "split" ? 0 : 1).ThenBy(e => e.Seq).ToList();
        foreach (var action in actions.OrderBy(a => a.EffectiveOn).ThenBy(a => a.Kind == CorporateActionKind.Split ? 1 : 0))
        {
            var start = Instants.StartOf(action.EffectiveOn);
            for (; next < entries.Count && entries[next].ExecutedAt < start; next++)
                held = entries[next].Type switch
                {
                    "buy" => held + entries[next].Quantity!.Value,
                    "sell" => held - entries[next].Quantity!.Value,
                    "split" => decimal.Round(held * entries[next].Ratio!.Value, Money.Scale),
                    _ => held,
                };
            var type = action.Kind == CorporateActionKind.Split ? "split" : "dividend";
            if (held <= 0 || entries.Any(e => e.Type == type && e.Day == action.EffectiveOn)) continue;
            var amount = decimal.Round(action.Value * held, Money.Scale);
            expected.Add(new LedgerRow(Guid.CreateVersion7(), 0, type, action.Symbol, null, null, type == "dividend" ? amount : null, 0, 0, type == "split" ? action.Value : null,
                action.Currency, fxRate(action.EffectiveOn), start, null, null, "feed", null, default));
            if (type == "split") held = decimal.Round(held * action.Value, Money.Scale);
        }
        return expected;
    }

    /// <summary>Brings the feed's entries in the ledger to what they must be; answers those in force afterwards, and whether anything changed.</summary>
    /// <param name="cause">Marks entries that no longer apply and have no successor.</param>
    public static async Task<(List<LedgerRow> InForce, bool Changed)> ReconcileAsync(Tx tx, PortfolioRow portfolio, IReadOnlyList<LedgerRow> booked, List<LedgerRow> expected, Guid cause, CancellationToken ct)
    {
        var inForce = new List<LedgerRow>();
        var present = booked.Where(b => b.FromFeed).ToList();
        var changed = false;
        foreach (var wanted in expected)
        {
            var old = present.Find(p => p.Type == wanted.Type && p.Day == wanted.Day);
            if (old is not null) present.Remove(old);
            if (old is not null && old.Amount == wanted.Amount && old.Ratio == wanted.Ratio)
            {
                inForce.Add(old);
                continue;
            }
            if (old is not null) await Ledger.ReverseAsync(tx, portfolio, old.Id, wanted.Id, ct);
            inForce.Add(await Ledger.InsertAsync(tx, portfolio, wanted, ct));
            changed = true;
        }
        foreach (var gone in present)
        {
            await Ledger.ReverseAsync(tx, portfolio, gone.Id, cause, ct);
            changed = true;
        }
        return (inForce, changed);
    }
}
