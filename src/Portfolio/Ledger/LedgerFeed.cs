using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Finance.Lots;
using AgentInvest.Market;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Ledger;

/// <summary>
/// The feed's actions for one symbol, and the rate of each day into base currency, null where no source knows it. Looked up before any lock
/// is held.
/// </summary>
internal sealed record Feed(IReadOnlyList<CorporateAction> Actions, Func<DateOnly, decimal?> RateOn);

/// <summary>
/// The splits and dividends that the feed reports for holdings, as entries of their ledger. They follow from the user's own entries alone,
/// so they are worked out anew whenever one of these is booked, in the same transaction: a sale in 2021 of shares bought in 2005 sees the
/// splits between at once, and a backdated purchase corrects the dividends after it.
/// </summary>
[Singleton]
public sealed class LedgerFeed(MarketData market, UserMarket prices, TimeProvider time)
{
    /// <summary>At any price and rate that can be given, what this many shares are worth fits a decimal.</summary>
    private const decimal MaxShares = 1e13m;

    internal async Task<IReadOnlyDictionary<string, Feed>> FindAsync(
        PortfolioRow portfolio,
        IEnumerable<string> symbols,
        CancellationToken ct
    )
    {
        var today = Instants.DayOf(time.GetUtcNow());
        var feeds = new Dictionary<string, Feed>(StringComparer.Ordinal);
        foreach (var symbol in symbols.Where(s => !AssetSymbols.IsOwn(s)).Distinct())
        {
            // What no source knows (any more) is left as it was booked.
            if (await market.FindAsync(symbol, ct) is null) continue;
            var actions = await market.ActionsAsync([symbol], DateOnly.MinValue, today, ct);
            var rates =
                actions.Count == 0
                    ? null
                    : await prices.RatesAsync(
                        portfolio.UserId,
                        actions[0].Currency,
                        portfolio.BaseCurrency,
                        actions[0].EffectiveOn,
                        today,
                        ct
                    );
            feeds[symbol] = new Feed(actions, day => rates is null ? null : rates.At(day));
        }
        return feeds;
    }

    /// <summary>What one replay of the entries gives: the feed's entries as they must be, and what each entry did to the lots.</summary>
    internal sealed record Derived(IReadOnlyList<LedgerRow> Feed, IReadOnlyDictionary<Guid, Booked> Booked);

    /// <summary>
    /// An action takes effect at the start of its day, before that day's trades; a dividend is for what was held before a split of the same
    /// day. An entry of the user's own of that day and kind stands instead, and one the user has deleted stays away.
    /// </summary>
    /// <param name="refuse">Called for an entry that would take more than is held; where it answers true the entry is left out.</param>
    /// <exception cref="InsufficientQuantityException">Some entry would take more than is held at its instant.</exception>
    internal static Derived Derive(
        CostBasisMethod method,
        IReadOnlyList<LedgerRow> own,
        IReadOnlyDictionary<string, Feed> feeds,
        IReadOnlySet<(string Symbol, EntryKind Kind, DateOnly Day)> dropped,
        Func<LedgerEntry, InsufficientQuantityException, bool>? refuse = null
    )
    {
        var book = new Book(method);
        var booked = new Dictionary<Guid, Booked>();
        var expected = new List<LedgerRow>();
        var ordered = LedgerStore.Ordered(own);
        var taken = own.Where(e => e.Kind is EntryKind.Split or EntryKind.Dividend).Select(e => e.Action).Concat(dropped).ToHashSet();
        // Where no source knows a rate, the one of the latest entry of that symbol stands.
        var lastRates = new Dictionary<string, decimal>(StringComparer.Ordinal);
        var next = 0;
        void Apply(LedgerEntry entry)
        {
            if (entry.Symbol is not null) lastRates[entry.Symbol] = entry.FxRate;
            try
            {
                booked[entry.Id] = book.Apply(entry);
                if (entry.Symbol is { } held && Math.Max(book.QuantityOf(held), book.QuantityOf(entry.TargetSymbol ?? held)) > MaxShares)
                    throw new OverflowException();
            }
            catch (InsufficientQuantityException e) when (refuse?.Invoke(entry, e) == true) { }
        }
        foreach (
            var action in feeds
                .Values.SelectMany(f => f.Actions)
                .OrderBy(a => a.EffectiveOn)
                .ThenBy(a => a.Kind == CorporateActionKind.Split ? 1 : 0)
                .ThenBy(a => a.Symbol, StringComparer.Ordinal)
        )
        {
            var start = Instants.StartOf(action.EffectiveOn);
            for (; next < ordered.Count && ordered[next].ExecutedAt < start; next++) Apply(ordered[next]);
            var kind = action.Kind == CorporateActionKind.Split ? EntryKind.Split : EntryKind.Dividend;
            var held = book.QuantityOf(action.Symbol);
            var amount = Money.Round(action.Value * held);
            if (held <= 0 || (kind == EntryKind.Dividend && amount == 0)) continue;
            if (taken.Contains((action.Symbol, kind, action.EffectiveOn))) continue;
            var row = new LedgerRow(
                Guid.CreateVersion7(),
                0,
                kind,
                action.Symbol,
                null,
                null,
                kind == EntryKind.Dividend ? amount : null,
                0,
                0,
                kind == EntryKind.Split ? action.Value : null,
                action.Currency,
                feeds[action.Symbol].RateOn(action.EffectiveOn) ?? lastRates[action.Symbol],
                start,
                null,
                null,
                EntrySource.Feed
            );
            expected.Add(row);
            if (kind == EntryKind.Split) book.Apply(row.ToEntry());
        }
        for (; next < ordered.Count; next++) Apply(ordered[next]);
        return new Derived(expected, booked);
    }

    /// <summary>What must change for the feed's entries in the ledger to be the expected ones.</summary>
    /// <param name="cause">Marks entries that no longer apply and have no successor.</param>
    internal static (List<LedgerRow> Add, List<Reversal> Reverse) Difference(
        IEnumerable<LedgerRow> present,
        IEnumerable<LedgerRow> expected,
        Guid cause
    )
    {
        var (add, reverse) = (new List<LedgerRow>(), new List<Reversal>());
        var left = present.ToDictionary(p => p.Action);
        foreach (var wanted in expected)
        {
            if (left.Remove(wanted.Action, out var old))
            {
                if (old.Amount == wanted.Amount && old.Ratio == wanted.Ratio) continue;
                reverse.Add(new Reversal(old.Id, wanted.Id));
                add.Add(wanted with { Replaces = old.Id });
            }
            else
            {
                add.Add(wanted);
            }
        }
        reverse.AddRange(left.Values.Select(gone => new Reversal(gone.Id, cause)));
        return (add, reverse);
    }
}
