using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using AgentInvest.Core.Data;

namespace AgentInvest.Core.Http;

/// <summary>A date, which counts from its start or to its end (UTC), or an instant, which is both.</summary>
[Description("a date such as 2026-01-31 or an instant such as 2026-01-31T15:00:00Z")]
[WrittenAs("""{ "type": "string", "anyOf": [{ "format": "date" }, { "format": "date-time" }] }""")]
public readonly record struct DayOrInstant(DateTimeOffset Start, DateTimeOffset End) : IParsable<DayOrInstant>
{
    public static DayOrInstant Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var value) ? value : throw new FormatException($"'{s}' is neither a date nor an instant.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DayOrInstant result)
    {
        result = default;
        if (s is null) return false;
        if (Instants.TryParse(s, out var instant)) result = new DayOrInstant(instant, instant);
        else if (DateOnly.TryParseExact(s, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            result = new DayOrInstant(Instants.StartOf(day), EndOf(day));
        else return false;
        return true;
    }

    private static DateTimeOffset EndOf(DateOnly day) =>
        day == DateOnly.MaxValue ? DateTimeOffset.MaxValue : Instants.StartOf(day.AddDays(1)).AddTicks(-1);
}
