using System.Globalization;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Indicators;
using AgentInvest.Market.History;

namespace AgentInvest.Market;

/// <summary>Reads the bars that a request brings along, ascending in time.</summary>
internal static class CallerBars
{
    private const int MaxFaults = 10;

    public static Ohlcv[] Read(IReadOnlyList<GetHistory.Bar?> items, string field, Check check)
    {
        if (
            !check.That(items.Count > 0, field, "must have at least one bar")
            || !check.That(items.Count <= GetHistory.MaxBars, field, $"must have at most {GetHistory.MaxBars} bars")
        )
            return [];
        var bars = new Ohlcv[items.Count];
        var (faults, isDaily) = (0, Day(items[0]?.T) is not null);
        for (var i = 0; i < items.Count && faults < MaxFaults; i++)
            if (Fault(items[i], i == 0 ? null : bars[i - 1].T, isDaily, out bars[i]) is var (member, message))
                faults += check.That(false, $"{field}[{i}]{member}", message) ? 0 : 1;
        return bars;
    }

    private static (string Member, string Message)? Fault(GetHistory.Bar? item, DateTime? before, bool isDaily, out Ohlcv bar)
    {
        bar = new Ohlcv(before ?? default, 0, 0, 0, 0, 0);
        if (item is not var (text, o, h, l, c, v)) return ("", "must not be null");
        var t = isDaily ? Day(text) : Instants.TryParse(text, out var instant) ? instant.UtcDateTime : null;
        if (t is null)
            return (
                ".t",
                isDaily
                    ? "must be a date such as 2026-01-31, as the first bar's is"
                    : "must be an instant such as 2026-01-31T15:00:00Z, or a date for daily bars"
            );
        bar = new Ohlcv(t.Value, (double)o, (double)h, (double)l, (double)c, (double)v);
        if (t == before) return (".t", "is the time of the bar before, too");
        if (t < before) return (".t", "must be after the bar before");
        if (h < l) return (".h", "must not be below l");
        if (o > h || o < l) return (".o", "must be between l and h");
        if (c > h || c < l) return (".c", "must be between l and h");
        return v < 0 ? (".v", "must not be negative") : null;
    }

    private static DateTime? Day(string? text) =>
        DateTime.TryParseExact(
            text,
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var day
        )
            ? day
            : null;
}
