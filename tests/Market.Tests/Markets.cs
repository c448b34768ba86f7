using AgentInvest.Market.Providers;
using Microsoft.Extensions.Options;

namespace AgentInvest.Market.Tests;

internal static class Markets
{
    /// <summary>A Monday afternoon: New York is open.</summary>
    public static readonly DateTimeOffset Now = new(2026, 1, 5, 16, 20, 30, TimeSpan.Zero);

    public static SimulatedMarket Simulated(long seed = 42, int ticksPerSecond = 1, string symbols = "") =>
        new(
            Options.Create(
                new MarketOptions
                {
                    Simulated = new SimulatedOptions
                    {
                        Seed = seed,
                        TicksPerSecond = ticksPerSecond,
                        Symbols = symbols,
                    },
                }
            )
        );

    public static ReplayMarket Replay(string? folder) =>
        new(Options.Create(new MarketOptions { Replay = new ReplayOptions { Path = folder } }));

    public static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A folder of recorded history that a test writes.</summary>
internal sealed class Folder : IDisposable
{
    public const string Header = "date,open,high,low,close,volume\n";

    public string Path { get; } = Directory.CreateTempSubdirectory("agentinvest-replay-").FullName;

    public Folder With(string name, string content)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, name), content);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
