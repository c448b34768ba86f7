using System.Globalization;
using System.Text;

namespace AgentInvest.Core;

/// <summary>Instants as the API writes them: RFC 3339 in UTC with Z, to the millisecond where there is one.</summary>
public static class Instants
{
    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>An instant must say its offset: without one, whose midnight it is stays a guess.</summary>
    public static bool TryParse(string text, out DateTimeOffset value)
    {
        value = default;
        if (text.Length < 20 || (text[^1] is not ('Z' or 'z') && text[^6] is not ('+' or '-'))) return false;
        if (!DateTimeOffset.TryParseExact(text.ToUpperInvariant(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out value)) return false;
        value = value.ToUniversalTime();
        return true;
    }

    public static string Format(DateTimeOffset value)
    {
        var utc = value.UtcDateTime;
        return utc.Ticks % TimeSpan.TicksPerSecond == 0
            ? utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : utc.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
    }

    internal const int LongestText = 27;

    /// <summary>What <see cref="Format"/> answers, as UTF-8; how long it is.</summary>
    internal static int Write(DateTimeOffset value, Span<byte> text)
    {
        var utc = value.UtcDateTime;
        if (utc.Ticks % TimeSpan.TicksPerSecond != 0) return Encoding.UTF8.GetBytes(Format(value), text);
        utc.TryFormat(text, out var length, "s", CultureInfo.InvariantCulture);
        text[length] = (byte)'Z';
        return length + 1;
    }

    public static DateOnly DayOf(DateTimeOffset value) => DateOnly.FromDateTime(value.UtcDateTime);
    public static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
