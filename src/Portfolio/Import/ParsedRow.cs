using System.Globalization;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Lots;
using AgentInvest.Portfolio.Transactions;

namespace AgentInvest.Portfolio.Import;

/// <summary>One line of a file as it was read: the request it stands for, or why there is none.</summary>
/// <param name="Row">Counts from 1, the header aside.</param>
/// <param name="Name">What the file calls the entry, if anything: <c>lotIds</c> of the same file refer to it.</param>
internal sealed record ParsedRow(int Row, RecordTransaction.Request? Request, Guid? Name, IReadOnlyDictionary<string, string[]>? Errors)
{
    /// <summary>In a file the case of a type does not matter.</summary>
    private static readonly Dictionary<string, EntryKind> KindsByName = Enum.GetValues<EntryKind>()
        .ToDictionary(kind => EnumNames.Of(kind), kind => kind, StringComparer.OrdinalIgnoreCase);

    /// <summary>From text cells by member name; empty cells count as absent.</summary>
    public static ParsedRow Of(int row, Func<string, string?> cell, DateTimeOffset now)
    {
        var check = new Check();
        string? Text(string name) => cell(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
        decimal? Number(string name)
        {
            if (Text(name) is not { } text) return null;
            var ok = Money.TryParse(text, out var value, out var fault);
            check.That(ok, name, fault);
            return ok ? value : null;
        }
        Guid? Id(string name, string text)
        {
            var ok = Guid.TryParse(text, out var id);
            check.That(ok, name, "must be an id");
            return ok ? id : null;
        }
        DateTimeOffset? At(string name)
        {
            if (Text(name) is not { } when) return null;
            if (Instants.TryParse(when, out var instant)) return instant;
            // A date stands for its first instant; splits of that day take effect before it.
            return check.That(
                DateOnly.TryParseExact(when, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day),
                name,
                "must be an instant such as 2026-01-31T15:00:00Z or a date such as 2026-01-31"
            )
                ? Instants.StartOf(day)
                : null;
        }
        var lots = Text("lotIds")
            ?.Split([' ', ';', '|'], StringSplitOptions.RemoveEmptyEntries)
            .Select(l => Id("lotIds", l))
            .OfType<Guid>()
            .ToList();
        EntryKind? Kind(string name)
        {
            if (!check.That(Text(name) is not null, name, "is required")) return null;
            var known = KindsByName.TryGetValue(Text(name)!, out var kind);
            return check.That(known, name, $"must be one of {string.Join(", ", KindsByName.Keys)}") ? kind : null;
        }
        var (type, executedAt) = (Kind("type"), At("executedAt"));
        if (Text("executedAt") is null) check.That(false, "executedAt", "is required");
        var request = new RecordTransaction.Request(
            type ?? default,
            executedAt ?? default,
            Text("symbol"),
            Number("quantity"),
            Number("price"),
            Number("amount"),
            Number("fee"),
            Number("tax"),
            Number("ratio"),
            Text("currency")?.ToUpperInvariant(),
            Number("fxRate"),
            lots,
            Text("externalId"),
            Text("note"),
            Text("newSymbol"),
            Number("costFraction"),
            At("acquiredAt")
        );
        var name = Text("id") is { } id ? Id("id", id) : null;
        // A cell that cannot be read has its own fault; that it is then missing is none.
        if (check.Count == 0) TransactionRules.Check(check, request, now);
        return check.Count == 0 ? new ParsedRow(row, request, name, null) : new ParsedRow(row, null, name, check.Errors);
    }
}
