using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Portfolio.OwnAssets;

namespace AgentInvest.Portfolio.Transactions;

/// <summary>What each type of transaction must carry, may carry and must not.</summary>
internal static class TransactionRules
{
    public static readonly string[] Types =
    [
        "buy",
        "sell",
        "dividend",
        "interest",
        "deposit",
        "withdrawal",
        "fee",
        "tax",
        "split",
        "transferIn",
        "transferOut",
        "spinoff",
        "merger",
        "returnOfCapital",
    ];
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
        if (
            !check.That(r.Type is not null, "type", "is required")
            || !check.That(Types.Contains(r.Type), "type", $"must be one of {string.Join(", ", Types)}")
        )
            return;
        Numbers(check, r);
        Members(check, r);
        if (check.That(r.ExecutedAt is not null, "executedAt", "is required"))
        {
            check.That(r.ExecutedAt <= now, "executedAt", "must not be in the future");
            check.That(r.ExecutedAt >= Earliest, "executedAt", "must not be before 1900");
        }
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
            r.Ratio is null or (>= 0 and <= 1_000_000) && (r.Ratio != 0 || r.Type == "merger"),
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
        var type = r.Type!;
        var trade = type is "buy" or "sell";
        var moved = type is "transferIn" or "transferOut" && r.Symbol is not null;
        var linked = type is "spinoff" or "merger";
        if (trade || linked || type is "dividend" or "split" or "returnOfCapital")
            check.That(!string.IsNullOrWhiteSpace(r.Symbol), "symbol", "is required");
        if (type is "deposit" or "withdrawal") check.That(r.Symbol is null, "symbol", $"does not belong to a {type}");
        if (trade || moved)
        {
            check.That(r.Quantity is not null, "quantity", "is required");
            check.That(!trade || r.Price is null || r.Amount is null, "amount", "give either price or amount");
            check.That(!trade || r.Price is not null || r.Amount is not null, "price", "give either price or amount");
        }
        else
        {
            check.That(
                r.Quantity is null,
                "quantity",
                $"does not belong to a {type}" + (type.StartsWith("transfer", StringComparison.Ordinal) ? " without a symbol" : "")
            );
            check.That(
                r.Price is null,
                "price",
                $"does not belong to a {type}" + (type.StartsWith("transfer", StringComparison.Ordinal) ? " without a symbol" : "")
            );
        }
        if (
            type is "dividend" or "interest" or "deposit" or "withdrawal" or "fee" or "tax" or "returnOfCapital"
            || (type is "transferIn" or "transferOut" && !moved)
        )
            check.That(r.Amount is > 0, "amount", "is required, greater than 0");
        var ratio = linked || type == "split";
        check.That(ratio == r.Ratio is not null, "ratio", ratio ? "is required: new shares per old" : $"does not belong to a {type}");
        var cashOnly = type == "merger" && r.Ratio == 0;
        if (cashOnly) check.That(r.Amount is > 0, "amount", "is required where the ratio is 0: the cash paid for all shares held");
        if (
            check.That(
                (linked && !cashOnly) == r.NewSymbol is not null,
                "newSymbol",
                linked && !cashOnly
                    ? "is required: what the holder gets"
                    : $"does not belong to a {type}" + (cashOnly ? " for cash alone" : "")
            )
            && r.NewSymbol is not null
            && r.Symbol is not null
        )
            check.That(AssetSymbols.Fold(r.NewSymbol!) != AssetSymbols.Fold(r.Symbol), "newSymbol", "must be another than symbol");
        check.That(
            type != "spinoff" || r.CostFraction is not null,
            "costFraction",
            "is required: the part of the cost that goes to newSymbol, 0 to 1"
        );
        check.That(linked || r.CostFraction is null, "costFraction", $"does not belong to a {type}");
        check.That(r.AcquiredAt is null || (type == "transferIn" && moved), "acquiredAt", $"does not belong to a {type}");
        check.That(
            r.AcquiredAt is null || (r.AcquiredAt <= r.ExecutedAt && r.AcquiredAt >= Earliest),
            "acquiredAt",
            "must not be after executedAt, nor before 1900"
        );
        check.That(r.LotIds is null || type is "sell" or "transferOut", "lotIds", $"does not belong to a {type}");
    }
}
