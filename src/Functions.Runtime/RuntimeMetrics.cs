using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AgentInvest.Functions.Runtime;

/// <summary>What timers, activities and orchestrators do, as .NET metrics and traces under one name.</summary>
internal static class RuntimeMetrics
{
    private const string Name = "AgentInvest.Functions";
    private static readonly Meter Meter = new(Name);
    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "functions.duration",
        "s",
        "Runs of functions other than HTTP ones"
    );

    private static readonly ActivitySource Activities = new(Name);

    /// <summary>A trace of its own for a run, also when nobody collects traces: its log lines carry the id.</summary>
    public static Activity Trace(string function) => Activities.StartActivity(function) ?? new Activity(function).Start();

    public static void Ran(string trigger, string function, string outcome, long begin) =>
        Duration.Record(
            Stopwatch.GetElapsedTime(begin).TotalSeconds,
            new("trigger", trigger),
            new("function", function),
            new("outcome", outcome)
        );
}
