using System.Text.Json;
using AgentInvest.Core.Http;

namespace AgentInvest.Portfolio.Import;

/// <summary>
/// The JSON that the export writes: <c>{"transactions":[…]}</c> or the bare list, each with the members of POST /portfolio/transactions
/// and <c>id</c>.
/// </summary>
internal static class JsonFile
{
    public static List<ParsedRow> Parse(ReadOnlyMemory<byte> bytes, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 32 });
            var list = document.RootElement;
            if (list.ValueKind == JsonValueKind.Object && !list.TryGetProperty("transactions", out list))
                throw Problems.Validation("transactions", "is required");
            if (list.ValueKind != JsonValueKind.Array) throw Problems.Validation("transactions", "must be a list");
            return list.EnumerateArray().Select((e, i) => Row(i + 1, e, now)).ToList();
        }
        catch (JsonException)
        {
            throw Problems.Validation("file", "is not valid JSON");
        }
    }

    private static ParsedRow Row(int row, JsonElement e, DateTimeOffset now)
    {
        if (e.ValueKind != JsonValueKind.Object)
            return new ParsedRow(row, null, null, new Dictionary<string, string[]> { [""] = ["must be an object"] });
        var cells = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var member in e.EnumerateObject())
        {
            if (!CsvFile.Columns.Contains(member.Name))
                return new ParsedRow(
                    row,
                    null,
                    null,
                    new Dictionary<string, string[]> { [member.Name] = ["is not a member of this request"] }
                );
            cells[member.Name] = member.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => member.Value.GetString(),
                JsonValueKind.Array => string.Join(' ', member.Value.EnumerateArray().Select(v => v.ToString())),
                _ => member.Value.GetRawText(),
            };
        }
        return ParsedRow.Of(row, cells.GetValueOrDefault, now);
    }
}
