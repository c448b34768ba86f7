using AgentInvest.Finance.Indicators.Kernels;

namespace AgentInvest.Finance.Indicators;

/// <summary>
/// Every indicator there is. Names, parameters, defaults, outputs and warm-up are those of Stock.Indicators; PPO, which it lacks, is as its
/// PVO.
/// </summary>
public static partial class Catalogue
{
    /// <summary>The longest window.</summary>
    public const int MaxPeriods = 1000;

    /// <summary>More bricks than this are a sign of too small a size.</summary>
    public const int MaxBricks = 100_000;

    public static IReadOnlyList<Indicator> All { get; } =
        Averages()
            .Concat(Oscillators())
            .Concat(Volumes())
            .Concat(Volatility())
            .Concat(Trends())
            .Concat(Prices())
            .OrderBy(i => i.Name, StringComparer.Ordinal)
            .ToArray();

    private static readonly Dictionary<string, Indicator> ByName = All.SelectMany(i =>
            i.Aliases.Append(i.Name).Select(n => (Name: Plain(n), i))
        )
        .Distinct()
        .ToDictionary(n => n.Name, n => n.i, StringComparer.Ordinal);

    /// <summary>By name or alias; case, hyphens, underscores and blanks do not matter.</summary>
    public static Indicator? Find(string name) => ByName.GetValueOrDefault(Plain(name));

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static Indicator New<T>(
        string name,
        string title,
        string source,
        Parameter[] parameters,
        Output[] outputs,
        Func<Arguments, T> create,
        params string[] aliases
    )
        where T : struct, IKernel => new(name, title, source, parameters, outputs, a => IndicatorFeed.Of(create(a))) { Aliases = aliases };

    private static Parameter Periods(double fallback, string name = "lookbackPeriods", int min = 1, int max = MaxPeriods) =>
        new(name, fallback, min, max, true);

    private static Parameter Factor(string name, double fallback, double min, double max) => new(name, fallback, min, max, false);

    private static Parameter Choice(string name, params string[] words) => new(name, 0, 0, words.Length - 1, true) { Choices = words };

    private static Output Flag(string name) => new(name, OutputKind.Flag);

    private static Output Price(string name) => new(name) { OnPrice = true };

    private static Output[] PriceLines(params string[] names) => Array.ConvertAll(names, Price);

    /// <summary>The second must be greater than the first.</summary>
    private static Func<Arguments, string?> Rising(string less, int at, string more, int moreAt) =>
        a => a[moreAt] > a[at] ? null : $"{more} must be greater than {less}";
}
