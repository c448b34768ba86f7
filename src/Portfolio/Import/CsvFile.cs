using AgentInvest.Core.Http;
using CsvHelper;

namespace AgentInvest.Portfolio.Import;

/// <summary>
/// CSV with a header of the members of POST /portfolio/transactions, in any order and case, separated by comma, semicolon or tab; numbers
/// with a point. Also <c>id</c>, as the export writes it.
/// </summary>
internal static class CsvFile
{
    public static readonly string[] Columns =
    [
        "id",
        "type",
        "symbol",
        "quantity",
        "price",
        "amount",
        "fee",
        "tax",
        "ratio",
        "currency",
        "fxRate",
        "executedAt",
        "lotIds",
        "externalId",
        "note",
        "newSymbol",
        "costFraction",
        "acquiredAt",
    ];

    /// <exception cref="ProblemException">400 naming <c>file</c> where the header is not one of transactions.</exception>
    public static List<ParsedRow> Parse(ReadOnlyMemory<byte> bytes, DateTimeOffset now)
    {
        CheckUtf8(bytes);
        using var csv = CsvReader.Create(bytes, new CsvReaderOptions { TrimWhitespace = true });
        csv.ReadHeader();
        var names = csv.Headers.ToArray();
        if (names.Length == 0) throw Problems.Validation("file", "must start with a header line");
        var index = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Length; i++)
        {
            var name = names[i].Trim();
            if (!Columns.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw Problems.Validation("file", $"has the column '{Shown(name)}', which is not a member of a transaction");
            if (!index.TryAdd(name, i)) throw Problems.Validation("file", $"has the column '{Shown(name)}' more than once");
        }
        var rows = new List<ParsedRow>();
        while (csv.Read())
        {
            var number = rows.Count + 1;
            rows.Add(
                csv.FieldCount > names.Length
                    ? new ParsedRow(
                        number,
                        null,
                        null,
                        new Dictionary<string, string[]> { [""] = [$"has {csv.FieldCount} cells under {names.Length} headers"] }
                    )
                    : ParsedRow.Of(
                        number,
                        name => index.TryGetValue(name, out var at) && at < csv.FieldCount ? csv.GetString(at) : null,
                        now
                    )
            );
        }
        return rows;
    }

    private static void CheckUtf8(ReadOnlyMemory<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes.Span)) throw Problems.Validation("file", "must be UTF-8 text");
    }

    private static string Shown(string name) => name.Length > 40 ? name[..40] + "…" : name;
}
