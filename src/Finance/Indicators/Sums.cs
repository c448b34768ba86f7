using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AgentInvest.Finance.Indicators;

/// <summary>
/// Sums over a window, four lanes at a time: always four, so that the order of additions and with it every bit is the same on every
/// machine.
/// </summary>
internal static class Sums
{
    public static double Sum(ReadOnlySpan<double> values)
    {
        var lanes = Vector256<double>.Zero;
        foreach (var v in MemoryMarshal.Cast<double, Vector256<double>>(values)) lanes += v;
        var sum = Vector256.Sum(lanes);
        for (var i = values.Length & ~3; i < values.Length; i++) sum += values[i];
        return sum;
    }

    public static double SquaredDeviations(ReadOnlySpan<double> values, double mean)
    {
        var (lanes, middle) = (Vector256<double>.Zero, Vector256.Create(mean));
        foreach (var v in MemoryMarshal.Cast<double, Vector256<double>>(values)) lanes += (v - middle) * (v - middle);
        var sum = Vector256.Sum(lanes);
        for (var i = values.Length & ~3; i < values.Length; i++) sum += (values[i] - mean) * (values[i] - mean);
        return sum;
    }

    public static double AbsoluteDeviations(ReadOnlySpan<double> values, double mean)
    {
        var (lanes, middle) = (Vector256<double>.Zero, Vector256.Create(mean));
        foreach (var v in MemoryMarshal.Cast<double, Vector256<double>>(values)) lanes += Vector256.Abs(v - middle);
        var sum = Vector256.Sum(lanes);
        for (var i = values.Length & ~3; i < values.Length; i++) sum += Math.Abs(values[i] - mean);
        return sum;
    }

    /// <summary>Σ a · (b − mean).</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b, double mean = 0)
    {
        var (lanes, middle) = (Vector256<double>.Zero, Vector256.Create(mean));
        var left = MemoryMarshal.Cast<double, Vector256<double>>(a);
        var right = MemoryMarshal.Cast<double, Vector256<double>>(b);
        for (var i = 0; i < left.Length; i++) lanes += left[i] * (right[i] - middle);
        var sum = Vector256.Sum(lanes);
        for (var i = a.Length & ~3; i < a.Length; i++) sum += a[i] * (b[i] - mean);
        return sum;
    }

    /// <summary>1, 2, … n: the weights of a weighted average, oldest first.</summary>
    public static double[] Ramp(int n) => Enumerable.Range(1, n).Select(i => (double)i).ToArray();
}
