using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Lots;

namespace AgentInvest.Portfolio.Import;

/// <summary>
/// OFX 1.x (SGML) and 2.x (XML) statements of brokers and banks: purchases, sales, income, reinvestment, expenses and transfers of
/// INVTRANLIST, and the bank's own lines. FITID becomes <c>externalId</c>, so a statement that overlaps the one before is safe; securities
/// are found by the TICKER of their SECINFO.
/// </summary>
internal static partial class OfxFile
{
    private static readonly HashSet<string> Blocks =
    [
        "BUYSTOCK",
        "BUYMF",
        "BUYOTHER",
        "BUYDEBT",
        "BUYOPT",
        "SELLSTOCK",
        "SELLMF",
        "SELLOTHER",
        "SELLDEBT",
        "SELLOPT",
        "INCOME",
        "REINVEST",
        "INVEXPENSE",
        "TRANSFER",
        "SPLIT",
        "RETOFCAP",
        "STMTTRN",
        "SECINFO",
    ];

    private sealed record Block(string Kind, Dictionary<string, string> Fields)
    {
        public string? this[string name] => Fields.GetValueOrDefault(name);
        public decimal Number(string name) => Money.TryParse(this[name] ?? "0", out var value, out _) ? value : 0;
    }

    public static List<ParsedRow> Parse(ReadOnlyMemory<byte> bytes, DateTimeOffset now)
    {
        var text = Encoding.UTF8.GetString(bytes.Span);
        if (!text.Contains("<OFX>", StringComparison.OrdinalIgnoreCase)) throw Problems.Validation("file", "is not OFX");
        var (blocks, currency) = Read(text);
        var tickers = blocks
            .Where(b => b.Kind == "SECINFO" && b["UNIQUEID"] is not null && b["TICKER"] is not null)
            .GroupBy(b => b["UNIQUEID"]!)
            .ToDictionary(g => g.Key, g => g.First()["TICKER"]!);
        var rows = new List<ParsedRow>();
        foreach (var cells in blocks.Where(b => b.Kind != "SECINFO").SelectMany(b => Cells(b, tickers, currency)))
            rows.Add(ParsedRow.Of(rows.Count + 1, cells.GetValueOrDefault, now));
        return rows;
    }

    private static (List<Block> Blocks, string? Currency) Read(string text)
    {
        var blocks = new List<Block>();
        string? currency = null;
        Block? open = null;
        foreach (Match tag in Tag().Matches(text))
        {
            var (close, name, value) = (
                tag.Groups[1].Length > 0,
                tag.Groups[2].Value.ToUpperInvariant(),
                System.Net.WebUtility.HtmlDecode(tag.Groups[3].Value).Trim()
            );
            if (close && open?.Kind == name) open = null;
            else if (!close && Blocks.Contains(name) && open is null) blocks.Add(open = new Block(name, []));
            else if (!close && value.Length > 0 && open is not null) open.Fields.TryAdd(name, value);
            else if (!close && name == "CURDEF") currency ??= value;
        }
        return (blocks, currency);
    }

    private static IEnumerable<Dictionary<string, string?>> Cells(Block b, Dictionary<string, string> tickers, string? currency)
    {
        string? N(decimal value) => value == 0 ? null : Math.Abs(value).ToString(CultureInfo.InvariantCulture);
        var symbol = b["UNIQUEID"] is { } id ? tickers.GetValueOrDefault(id, id) : null;
        Dictionary<string, string?> Row(EntryKind kind, string? suffix = null) =>
            new(StringComparer.Ordinal)
            {
                ["type"] = EnumNames.Of(kind),
                ["executedAt"] = At(b["DTTRADE"] ?? b["DTPOSTED"]),
                ["externalId"] = b["FITID"] is { } fit ? fit + suffix : null,
                ["currency"] = b["CURSYM"] ?? currency,
                ["note"] = b["MEMO"] ?? b["NAME"],
            };
        Dictionary<string, string?> Trade(EntryKind kind, string? suffix = null) =>
            new(Row(kind, suffix), StringComparer.Ordinal)
            {
                ["symbol"] = symbol,
                ["quantity"] = N(b.Number("UNITS")),
                ["price"] = b["UNITPRICE"],
                ["fee"] = N(b.Number("COMMISSION") + b.Number("FEES") + b.Number("LOAD")),
                ["tax"] = N(b.Number("TAXES")),
            };
        Dictionary<string, string?> Paid(EntryKind kind, string member, string? suffix = null) =>
            new(Row(kind, suffix), StringComparer.Ordinal)
            {
                ["symbol"] = kind is EntryKind.Dividend or EntryKind.ReturnOfCapital ? symbol : null,
                ["amount"] = N(b.Number(member)),
            };
        if (b.Kind.StartsWith("BUY", StringComparison.Ordinal)) return [Trade(EntryKind.Buy)];
        if (b.Kind.StartsWith("SELL", StringComparison.Ordinal)) return [Trade(EntryKind.Sell)];
        return b.Kind switch
        {
            "REINVEST" => [Paid(EntryKind.Dividend, "TOTAL", "/income"), Trade(EntryKind.Buy, "/buy")],
            "INCOME" => [Paid(b["INCOMETYPE"] == "INTEREST" ? EntryKind.Interest : EntryKind.Dividend, "TOTAL")],
            "RETOFCAP" => [Paid(EntryKind.ReturnOfCapital, "TOTAL")],
            "INVEXPENSE" => [Paid(EntryKind.Fee, "TOTAL")],
            "TRANSFER" => [Trade(b["TFERACTION"] == "OUT" || b.Number("UNITS") < 0 ? EntryKind.TransferOut : EntryKind.TransferIn)],
            "SPLIT" =>
            [
                new(Row(EntryKind.Split), StringComparer.Ordinal)
                {
                    ["symbol"] = symbol,
                    ["ratio"] = b.Number("DENOMINATOR") is > 0 and var old ? N(b.Number("NUMERATOR") / old) : null,
                },
            ],
            _ => [Paid(BankKind(b), "TRNAMT")],
        };
    }

    private static EntryKind BankKind(Block b) => b["TRNTYPE"] switch
    {
        "INT" when b.Number("TRNAMT") > 0 => EntryKind.Interest,
        "DIV" when b.Number("TRNAMT") > 0 => EntryKind.Interest,
        "FEE" or "SRVCHG" => EntryKind.Fee,
        _ => b.Number("TRNAMT") < 0 ? EntryKind.Withdrawal : EntryKind.Deposit,
    };

    /// <summary><c>20240102</c>, <c>20240102153000</c> or <c>20240102153000.000[-5:EST]</c>; without a zone it is UTC.</summary>
    private static string? At(string? text)
    {
        if (text is null || Instant().Match(text) is not { Success: true } m) return text;
        var time = m.Groups[2].Success ? m.Groups[2].Value : "000000";
        if (
            !DateTime.TryParseExact(
                m.Groups[1].Value + time,
                "yyyyMMddHHmmss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var local
            )
        )
            return text;
        var zone =
            m.Groups[3].Success && double.TryParse(m.Groups[3].Value, CultureInfo.InvariantCulture, out var hours) && Math.Abs(hours) <= 14
                ? TimeSpan.FromHours(hours)
                : TimeSpan.Zero;
        return Instants.Format(new DateTimeOffset(local, TimeSpan.FromMinutes(Math.Round(zone.TotalMinutes))).ToUniversalTime());
    }

    [GeneratedRegex(@"<(/?)([A-Za-z0-9.]+)>([^<\r\n]*)")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\A(\d{8})(\d{6})?(?:\.\d+)?(?:\[([+-]?\d+(?:\.\d+)?)(?::\w*)?\])?\z")]
    private static partial Regex Instant();
}
