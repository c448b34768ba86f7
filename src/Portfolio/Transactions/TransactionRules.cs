using AgentInvest.Core;
using AgentInvest.Market;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>What each type of transaction must carry, may carry and must not.</summary>
internal static class TransactionRules
{
    private static readonly string[] Types = ["buy", "sell", "dividend", "interest", "deposit", "withdrawal", "fee", "tax", "split"];
    private static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <exception cref="ProblemException">400 with every fault there is.</exception>
    public static void Check(RecordTransaction.Request r, DateTimeOffset now)
    {
        var check = new Check();
        if (!check.That(r.Type is not null, "type", "is required") || !check.That(Types.Contains(r.Type), "type", $"must be one of {string.Join(", ", Types)}")) check.ThrowIfAny();
        Numbers(check, r);
        Members(check, r);
        if (check.That(r.ExecutedAt is not null, "executedAt", "is required"))
        {
            check.That(r.ExecutedAt <= now, "executedAt", "must not be in the future");
            check.That(r.ExecutedAt >= Earliest, "executedAt", "must not be before 1900");
        }
        check.That(r.Symbol is null || Symbols.IsValid(r.Symbol.Trim().ToUpperInvariant()), "symbol", "must have 1 to 15 of A–Z, 0–9, '.', '^', '=' and '-'");
        check.That(r.Currency is null || Currencies.IsKnown(r.Currency), "currency", "must be an ISO 4217 code such as USD");
        check.That(r.LotIds is null or { Count: 0 }, "lotIds", "needs the cost-basis method 'specific', which these books do not offer yet");
        check.That(r.ExternalId is null || (r.ExternalId.Length is >= 1 and <= 200 && !r.ExternalId.Any(char.IsControl)), "externalId", "must have 1 to 200 characters, none of them control characters");
        check.That(r.Note is null || (r.Note.Length <= 1000 && !r.Note.Contains('\0', StringComparison.Ordinal)), "note", "must have at most 1000 characters");
        check.ThrowIfAny();
    }

    private static void Numbers(Check check, RecordTransaction.Request r)
    {
        foreach (var (value, field) in new[] { (r.Quantity, "quantity"), (r.Price, "price"), (r.Amount, "amount"), (r.Fee, "fee"), (r.Tax, "tax"), (r.Ratio, "ratio"), (r.FxRate, "fxRate") })
            Money.CheckStorable(check, value, field);
        check.That(r.Quantity is null or > 0, "quantity", "must be greater than 0");
        check.That(r.Price is null or >= 0, "price", "must not be negative");
        check.That(r.Amount is null or >= 0, "amount", "must not be negative");
        check.That(r.Fee is null or >= 0, "fee", "must not be negative");
        check.That(r.Tax is null or >= 0, "tax", "must not be negative");
        check.That(r.Ratio is null or (> 0 and <= 1_000_000), "ratio", "must be greater than 0 and at most 1000000");
        check.That(r.FxRate is null or > 0, "fxRate", "must be greater than 0");
        if (r is { Quantity: > 0, Price: > 0 } && Money.Fits(r.Quantity.Value) && Money.Fits(r.Price.Value))
            check.That(r.Quantity.Value <= Money.Bound / 1_000_000 / Math.Max(r.Price.Value, 0.000001m), "quantity", "is too large at this price");
    }

    private static void Members(Check check, RecordTransaction.Request r)
    {
        var trade = r.Type is "buy" or "sell";
        var cash = r.Type is "dividend" or "interest" or "deposit" or "withdrawal" or "fee" or "tax";
        if (trade || r.Type is "dividend" or "split") check.That(!string.IsNullOrWhiteSpace(r.Symbol), "symbol", "is required");
        if (r.Type is "deposit" or "withdrawal") check.That(r.Symbol is null, "symbol", $"does not belong to a {r.Type}");
        if (trade)
        {
            check.That(r.Quantity is not null, "quantity", "is required");
            check.That(r.Price is null != r.Amount is null, r.Price is null ? "price" : "amount", "give either price or amount");
        }
        else
        {
            check.That(r.Quantity is null, "quantity", $"does not belong to a {r.Type}");
            check.That(r.Price is null, "price", $"does not belong to a {r.Type}");
        }
        if (cash) check.That(r.Amount is > 0, "amount", "is required, greater than 0");
        if (r.Type == "split") check.That(r.Amount is null, "amount", "does not belong to a split");
        check.That(r.Type == "split" ? r.Ratio is not null : r.Ratio is null, "ratio", r.Type == "split" ? "is required: new shares per old" : $"does not belong to a {r.Type}");
    }
}
