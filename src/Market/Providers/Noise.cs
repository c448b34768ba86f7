using System.Text;

namespace AgentInvest.Market.Providers;

/// <summary>Randomness by position instead of by order: the same key gives the same number on every host, at any time.</summary>
internal static class Noise
{
    public static ulong Key(long seed, string name)
    {
        var hash = Mix((ulong)seed);
        foreach (var b in Encoding.UTF8.GetBytes(name)) hash = Mix(hash ^ b);
        return hash;
    }

    /// <summary>Uniform in (0, 1).</summary>
    public static double Uniform(ulong key, long position) => ((Mix(key ^ Mix((ulong)position)) >> 11) + 0.5) / (1UL << 53);

    /// <summary>Standard normal, by Box and Muller.</summary>
    public static double Normal(ulong key, long position) =>
        Math.Sqrt(-2 * Math.Log(Uniform(key, 2 * position))) * Math.Cos(2 * Math.PI * Uniform(key, 2 * position + 1));

    /// <summary>A curve within ±1 through random values one unit apart.</summary>
    public static double Curve(ulong key, double at)
    {
        var cell = (long)Math.Floor(at);
        var f = at - cell;
        var a = 2 * Uniform(key, cell) - 1;
        var b = 2 * Uniform(key, cell + 1) - 1;
        return a + (b - a) * f * f * (3 - 2 * f);
    }

    /// <summary>SplitMix64's finaliser.</summary>
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
