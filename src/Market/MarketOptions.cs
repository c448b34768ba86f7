using System.ComponentModel.DataAnnotations;

namespace AgentInvest.Market;

/// <summary>Settings under <c>Market</c>.</summary>
public sealed class MarketOptions
{
    public SimulatedOptions Simulated { get; set; } = new();
    public ReplayOptions Replay { get; set; } = new();
}

public sealed class SimulatedOptions
{
    /// <summary>Which market: the same seed gives the same prices everywhere. Default 42.</summary>
    public long Seed { get; set; } = 42;

    /// <summary>Per symbol. Default 1, 1 to 1000.</summary>
    [Range(1, 1000)] public int TicksPerSecond { get; set; } = 1;

    /// <summary>Comma-separated names that replace the universe; empty for the built-in one.</summary>
    public string Symbols { get; set; } = "";

    internal IReadOnlyList<string> SymbolList =>
        Symbols
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(s => s.ToUpperInvariant())
            .ToList();
}

public sealed class ReplayOptions
{
    /// <summary>A folder of recorded history; relative to the caller's directory. Default none.</summary>
    public string? Path { get; set; }
}
