using System.Globalization;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Market;

/// <summary>A bar that the caller brings along.</summary>
/// <param name="T">A date for daily bars, an instant within the day.</param>
public sealed record OwnBar(string? T, decimal? O, decimal? H, decimal? L, decimal? C, decimal? V);

/// <summary>Reads the caller's own bars, ascending in time.</summary>
internal static class OwnBars
{
    private const int Most = 10_000;

    public static Ohlcv[] Read(IReadOnlyList<OwnBar>? items, string field, Check check)
    {
        if (
            !check.That(items is { Count: > 0 }, field, "must have at least one bar")
            || !check.That(items!.Count <= Most, field, $"must have at most {Most} bars")
        )
            return [];
        var bars = new Ohlcv[items.Count];
        var (faults, daily) = (0, Day(items[0]?.T) is not null);
        // The first ten faults say enough.
        for (var i = 0; i < items.Count && faults < 10; i++)
            if (Fault(items[i], i == 0 ? null : bars[i - 1].T, daily, out bars[i]) is var (member, message))
                faults += check.That(false, $"{field}[{i}]{member}", message) ? 0 : 1;
        return bars;
    }

    private static (string Member, string Message)? Fault(OwnBar? item, DateTime? before, bool daily, out Ohlcv bar)
    {
        bar = new Ohlcv(before ?? default, 0, 0, 0, 0, 0);
        if (item is null) return ("", "must not be null");
        var t = daily ? Day(item.T) : Instants.TryParse(item.T ?? "", out var instant) ? instant.UtcDateTime : null;
        if (t is null)
            return (
                ".t",
                daily
                    ? "must be a date such as 2026-01-31, as the first bar's is"
                    : "must be an instant such as 2026-01-31T15:00:00Z, or a date for daily bars"
            );
        if (item is not { O: { } o, H: { } h, L: { } l, C: { } c, V: { } v })
            return (item.O is null ? ".o" : item.H is null ? ".h" : item.L is null ? ".l" : item.C is null ? ".c" : ".v", "is required");
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
