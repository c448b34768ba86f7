using System.Globalization;
using System.Text.RegularExpressions;
using Cronos;

namespace AgentInvest.Functions.Runtime.Timers;

/// <summary>NCRONTAB with seconds, in UTC, or a plain interval.</summary>
internal abstract partial class Schedule
{
    public abstract DateTimeOffset Next(DateTimeOffset after);

    public static Schedule Parse(string function, string text)
    {
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var every) && text.Contains(':', StringComparison.Ordinal))
            return every > TimeSpan.Zero
                ? new Interval(every)
                : throw FunctionCatalogue.Refuse(function, $"has the schedule '{text}'; an interval is positive");
        // Cronos knows more than NCRONTAB: macros, L, W, # and ? would be refused in Azure.
        if (!Ncrontab().IsMatch(text))
            throw FunctionCatalogue.Refuse(function, $"has the schedule '{text}', which is no six-field NCRONTAB");
        try
        {
            return new Cron(CronExpression.Parse(text, CronFormat.IncludeSeconds));
        }
        catch (CronFormatException e)
        {
            throw FunctionCatalogue.Refuse(function, $"has the schedule '{text}', which is no six-field NCRONTAB: {e.Message}");
        }
    }

    [GeneratedRegex(@"\A(?:[0-9*,/\-\s]|[A-Za-z]{3})+\z")]
    private static partial Regex Ncrontab();

    private sealed class Cron(CronExpression expression) : Schedule
    {
        public override DateTimeOffset Next(DateTimeOffset after) =>
            expression.GetNextOccurrence(after, TimeZoneInfo.Utc) ?? DateTimeOffset.MaxValue;
    }

    /// <summary>Aligned to the epoch, so that all hosts mean the same occurrence.</summary>
    private sealed class Interval(TimeSpan every) : Schedule
    {
        public override DateTimeOffset Next(DateTimeOffset after) => new((after.UtcTicks / every.Ticks + 1) * every.Ticks, TimeSpan.Zero);
    }
}
