using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.OwnAssets;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>What each type of transaction must carry, may carry and must not.</summary>
internal static class TransactionRules
{
    public static readonly DateOnly FirstDay = new(1900, 1, 1);
    private static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <exception cref="ProblemException">400 naming <paramref name="field"/> for a day that no entry can have.</exception>
    public static void CheckDay(DateOnly? day, string field)
    {
        if (day < FirstDay) throw Problems.Validation(field, "must not be before 1900");
    }

    /// <exception cref="ProblemException">400 with every fault there is.</exception>
    public static void Check(RecordTransaction.Request r, DateTimeOffset now)
    {
        var check = new Check();
        Check(check, r, now);
        check.ThrowIfAny();
    }

    public static void Check(Check check, RecordTransaction.Request r, DateTimeOffset now)
    {
        Numbers(check, r);
        Members(check, r);
        check.That(r.ExecutedAt <= now, "executedAt", "must not be in the future");
        check.That(r.ExecutedAt >= Earliest, "executedAt", "must not be before 1900");
        check.That(r.Symbol is null || AssetSymbols.IsValid(r.Symbol), "symbol", AssetSymbols.Rule);
        check.That(r.NewSymbol is null || AssetSymbols.IsValid(r.NewSymbol), "newSymbol", AssetSymbols.Rule);
        check.That(r.Currency is null || Currencies.IsKnown(r.Currency), "currency", "must be an ISO 4217 code such as USD");
        check.That(
            r.LotIds is null || (r.LotIds.Count is >= 1 and <= 1000 && r.LotIds.Distinct().Count() == r.LotIds.Count),
            "lotIds",
            "must name 1 to 1000 lots, each once"
        );
        check.That(
            r.ExternalId is null || (r.ExternalId.Length is >= 1 and <= 200 && !r.ExternalId.Any(char.IsControl)),
            "externalId",
            "must have 1 to 200 characters, none of them control characters"
        );
        check.That(
            r.Note is null || (r.Note.Length <= 1000 && !r.Note.Contains('\0', StringComparison.Ordinal)),
            "note",
            "must have at most 1000 characters"
        );
    }

    private static void Numbers(Check check, RecordTransaction.Request r)
    {
        foreach (
            var (value, field) in new[]
            {
                (r.Quantity, "quantity"),
                (r.Price, "price"),
                (r.Amount, "amount"),
                (r.Fee, "fee"),
                (r.Tax, "tax"),
                (r.Ratio, "ratio"),
                (r.FxRate, "fxRate"),
                (r.CostFraction, "costFraction"),
            }
        )
            Money.CheckStorable(check, value, field);
        check.That(r.Quantity is null or > 0, "quantity", "must be greater than 0");
        check.That(r.Price is null or >= 0, "price", "must not be negative");
        check.That(r.Amount is null or >= 0, "amount", "must not be negative");
        check.That(r.Fee is null or >= 0, "fee", "must not be negative");
        check.That(r.Tax is null or >= 0, "tax", "must not be negative");
        check.That(
            r.Ratio is null or (>= 0 and <= 1_000_000) && (r.Ratio != 0 || r.Type == EntryKind.Merger),
            "ratio",
            "must be greater than 0 and at most 1000000"
        );
        check.That(r.FxRate is null or > 0, "fxRate", "must be greater than 0");
        check.That(r.CostFraction is null or (>= 0 and <= 1), "costFraction", "must be from 0 to 1");
        if (r is { Quantity: > 0, Price: > 0 } && Money.Fits(r.Quantity.Value) && Money.Fits(r.Price.Value))
            check.That(
                r.Quantity.Value <= Money.Bound / 1_000_000 / Math.Max(r.Price.Value, 0.000001m),
                "quantity",
                "is too large at this price"
            );
    }

    private static void Members(Check check, RecordTransaction.Request r)
    {
        var (type, word) = (r.Type, EnumNames.Of(r.Type));
        var trade = type is EntryKind.Buy or EntryKind.Sell;
        var transfer = type is EntryKind.TransferIn or EntryKind.TransferOut;
        var moved = transfer && r.Symbol is not null;
        var linked = type is EntryKind.Spinoff or EntryKind.Merger;
        if (trade || linked || type is EntryKind.Dividend or EntryKind.Split or EntryKind.ReturnOfCapital)
            check.That(!string.IsNullOrWhiteSpace(r.Symbol), "symbol", "is required");
        if (type is EntryKind.Deposit or EntryKind.Withdrawal) check.That(r.Symbol is null, "symbol", $"does not belong to a {word}");
        if (trade || moved)
        {
            check.That(r.Quantity is not null, "quantity", "is required");
            check.That(!trade || r.Price is null || r.Amount is null, "amount", "give either price or amount");
            check.That(!trade || r.Price is not null || r.Amount is not null, "price", "give either price or amount");
        }
        else
        {
            var fault = $"does not belong to a {word}" + (transfer ? " without a symbol" : "");
            check.That(r.Quantity is null, "quantity", fault);
            check.That(r.Price is null, "price", fault);
        }
        if (IsCash(type) || (transfer && !moved)) check.That(r.Amount is > 0, "amount", "is required, greater than 0");
        var ratio = linked || type == EntryKind.Split;
        check.That(ratio == r.Ratio is not null, "ratio", ratio ? "is required: new shares per old" : $"does not belong to a {word}");
        Links(check, r, linked, word);
        check.That(
            r.AcquiredAt is null || (type == EntryKind.TransferIn && moved),
            "acquiredAt",
            $"does not belong to a {word}"
        );
        check.That(
            r.AcquiredAt is null || (r.AcquiredAt <= r.ExecutedAt && r.AcquiredAt >= Earliest),
            "acquiredAt",
            "must not be after executedAt, nor before 1900"
        );
        check.That(r.LotIds is null || type is EntryKind.Sell or EntryKind.TransferOut, "lotIds", $"does not belong to a {word}");
    }

    /// <summary>The types that are an amount of money and nothing else.</summary>
    private static bool IsCash(EntryKind type) =>
        type
            is EntryKind.Dividend
                or EntryKind.Interest
                or EntryKind.Deposit
                or EntryKind.Withdrawal
                or EntryKind.Fee
                or EntryKind.Tax
                or EntryKind.ReturnOfCapital;

    /// <summary>What spin-offs and mergers say of the shares received.</summary>
    private static void Links(Check check, RecordTransaction.Request r, bool linked, string word)
    {
        var cashOnly = r is { Type: EntryKind.Merger, Ratio: 0 };
        if (cashOnly) check.That(r.Amount is > 0, "amount", "is required where the ratio is 0: the cash paid for all shares held");
        var hasNewSymbol = linked && !cashOnly;
        if (
            check.That(
                hasNewSymbol == r.NewSymbol is not null,
                "newSymbol",
                hasNewSymbol ? "is required: what the holder gets" : $"does not belong to a {word}" + (cashOnly ? " for cash alone" : "")
            )
            && r.NewSymbol is not null
            && r.Symbol is not null
        )
            check.That(AssetSymbols.Fold(r.NewSymbol) != AssetSymbols.Fold(r.Symbol), "newSymbol", "must be another than symbol");
        check.That(
            r.Type != EntryKind.Spinoff || r.CostFraction is not null,
            "costFraction",
            "is required: the part of the cost that goes to newSymbol, 0 to 1"
        );
        check.That(linked || r.CostFraction is null, "costFraction", $"does not belong to a {word}");
    }
}
