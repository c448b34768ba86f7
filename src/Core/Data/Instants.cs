using System.Globalization;
using System.Text;

namespace AgentInvest.Core.Data;

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
        if (!DateTimeOffset.TryParseExact(text.ToUpperInvariant(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out value))
            return false;
        value = value.ToUniversalTime();
        return true;
    }

    internal const int LongestText = 27;

    public static string Format(DateTimeOffset value)
    {
        Span<byte> text = stackalloc byte[LongestText];
        return Encoding.ASCII.GetString(text[..Write(value, text)]);
    }

    /// <summary>As ASCII; how long it is. Whole seconds, as most are, take .NET's quicker way.</summary>
    /// <param name="text">Of <see cref="LongestText"/> bytes.</param>
    internal static int Write(DateTimeOffset value, Span<byte> text)
    {
        var utc = value.UtcDateTime;
        utc.TryFormat(
            text,
            out var length,
            utc.Ticks % TimeSpan.TicksPerSecond == 0 ? "s" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFF",
            CultureInfo.InvariantCulture
        );
        text[length] = (byte)'Z';
        return length + 1;
    }

    public static DateOnly DayOf(DateTimeOffset value) => DateOnly.FromDateTime(value.UtcDateTime);
    public static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}
