using System.Numerics;
using System.Runtime.InteropServices;

namespace AgentInvest.Finance.Optimization;

/// <summary>Row-major square matrices in flat arrays: what the solvers need, no more.</summary>
internal static class Dense
{
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var va = MemoryMarshal.Cast<double, Vector<double>>(a);
        var vb = MemoryMarshal.Cast<double, Vector<double>>(b);
        var (s0, s1) = (Vector<double>.Zero, Vector<double>.Zero);
        var k = 0;
        for (; k + 1 < va.Length; k += 2)
        {
            s0 += va[k] * vb[k];
            s1 += va[k + 1] * vb[k + 1];
        }
        if (k < va.Length) s0 += va[k] * vb[k];
        var sum = Vector.Sum(s0 + s1);
        for (var i = va.Length * Vector<double>.Count; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>y += scale·x.</summary>
    public static void AddScaled(Span<double> y, double scale, ReadOnlySpan<double> x)
    {
        var vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        for (var k = 0; k < vy.Length; k++) vy[k] += scale * vx[k];
        for (var i = vy.Length * Vector<double>.Count; i < y.Length; i++) y[i] += scale * x[i];
    }

    public static void Multiply(double[] matrix, ReadOnlySpan<double> x, Span<double> result)
    {
        var n = x.Length;
        for (var i = 0; i < n; i++) result[i] = Dot(matrix.AsSpan(i * n, n), x);
    }

    public static double[] Multiply(double[] matrix, ReadOnlySpan<double> x)
    {
        var result = new double[x.Length];
        Multiply(matrix, x, result);
        return result;
    }

    /// <summary>x'Mx.</summary>
    public static double Quadratic(double[] matrix, ReadOnlySpan<double> x)
    {
        var n = x.Length;
        var sum = 0.0;
        for (var i = 0; i < n; i++) sum += x[i] * Dot(matrix.AsSpan(i * n, n), x);
        return sum;
    }

    /// <summary>
    /// M = LL', L over the lower half of M. A pivot that is not positive beyond rounding is lifted to <paramref name="floor"/>; with a
    /// floor of 0 it ends the attempt. Two columns at a time, so that each load of a row serves twice.
    /// </summary>
    public static bool Cholesky(double[] m, int n, double floor)
    {
        for (var i = 0; i < n; i++)
        {
            var row = m.AsSpan(i * n, n);
            var j = 0;
            for (; j + 1 < i; j += 2)
            {
                Dot2(row[..j], m.AsSpan(j * n, j), m.AsSpan((j + 1) * n, j), out var first, out var second);
                row[j] = (row[j] - first) / m[j * n + j];
                row[j + 1] = (row[j + 1] - second - row[j] * m[(j + 1) * n + j]) / m[(j + 1) * n + j + 1];
            }
            if (j < i) row[j] = (row[j] - Dot(row[..j], m.AsSpan(j * n, j))) / m[j * n + j];
            var pivot = row[i] - Dot(row[..i], row[..i]);
            if (!(pivot > floor))
            {
                if (floor == 0 || double.IsNaN(pivot)) return false;
                pivot = floor;
            }
            row[i] = Math.Sqrt(pivot);
        }
        return true;
    }

    private static void Dot2(ReadOnlySpan<double> x, ReadOnlySpan<double> a, ReadOnlySpan<double> b, out double first, out double second)
    {
        var vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        var va = MemoryMarshal.Cast<double, Vector<double>>(a);
        var vb = MemoryMarshal.Cast<double, Vector<double>>(b);
        var (a0, a1, b0, b1) = (Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero, Vector<double>.Zero);
        var k = 0;
        for (; k + 1 < vx.Length; k += 2)
        {
            var (x0, x1) = (vx[k], vx[k + 1]);
            a0 += x0 * va[k];
            b0 += x0 * vb[k];
            a1 += x1 * va[k + 1];
            b1 += x1 * vb[k + 1];
        }
        if (k < vx.Length)
        {
            a0 += vx[k] * va[k];
            b0 += vx[k] * vb[k];
        }
        first = Vector.Sum(a0 + a1);
        second = Vector.Sum(b0 + b1);
        for (var i = vx.Length * Vector<double>.Count; i < x.Length; i++)
        {
            first += x[i] * a[i];
            second += x[i] * b[i];
        }
    }

    /// <summary>LL'x = b in place.</summary>
    public static void SolveCholesky(double[] l, int n, Span<double> x)
    {
        for (var i = 0; i < n; i++) x[i] = (x[i] - Dot(l.AsSpan(i * n, i), x[..i])) / l[i * n + i];
        for (var i = n - 1; i >= 0; i--)
        {
            x[i] /= l[i * n + i];
            AddScaled(x[..i], -x[i], l.AsSpan(i * n, i));
        }
    }

    /// <summary>Solves a general system by elimination with partial pivoting; null when it is singular.</summary>
    public static double[]? Solve(double[] matrix, double[] right)
    {
        var n = right.Length;
        var (m, x) = ((double[])matrix.Clone(), (double[])right.Clone());
        for (var c = 0; c < n; c++)
        {
            var p = c;
            for (var r = c + 1; r < n; r++) if (Math.Abs(m[r * n + c]) > Math.Abs(m[p * n + c])) p = r;
            if (!(Math.Abs(m[p * n + c]) > 1e-300)) return null;
            if (p != c)
            {
                for (var k = c; k < n; k++) (m[c * n + k], m[p * n + k]) = (m[p * n + k], m[c * n + k]);
                (x[c], x[p]) = (x[p], x[c]);
            }
            for (var r = c + 1; r < n; r++)
            {
                var f = m[r * n + c] / m[c * n + c];
                if (f == 0) continue;
                AddScaled(m.AsSpan(r * n + c, n - c), -f, m.AsSpan(c * n + c, n - c));
                x[r] -= f * x[c];
            }
        }
        for (var i = n - 1; i >= 0; i--) x[i] = (x[i] - Dot(m.AsSpan(i * n + i + 1, n - i - 1), x.AsSpan(i + 1))) / m[i * n + i];
        return x;
    }

    /// <summary>Eigenvalues and vectors (rows) of a symmetric matrix by cyclic Jacobi rotations.</summary>
    public static (double[] Values, double[] Vectors) Eigen(double[] symmetric, int n)
    {
        var a = (double[])symmetric.Clone();
        var v = new double[n * n];
        for (var i = 0; i < n; i++) v[i * n + i] = 1;
        for (var sweep = 0; sweep < 60; sweep++)
        {
            var (off, all) = (0.0, 0.0);
            for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                (off, all) = (off + (i == j ? 0 : a[i * n + j] * a[i * n + j]), all + a[i * n + j] * a[i * n + j]);
            if (off <= 1e-30 * all) break;
            for (var p = 0; p < n; p++) for (var q = p + 1; q < n; q++) Rotate(a, v, n, p, q);
        }
        return (Enumerable.Range(0, n).Select(i => a[i * n + i]).ToArray(), v);
    }

    private static void Rotate(double[] a, double[] v, int n, int p, int q)
    {
        var apq = a[p * n + q];
        if (apq == 0) return;
        var theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
        var t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        var c = 1 / Math.Sqrt(t * t + 1);
        var s = t * c;
        for (var k = 0; k < n; k++)
        {
            var (x, y) = (a[k * n + p], a[k * n + q]);
            (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y);
        }
        for (var k = 0; k < n; k++)
        {
            var (x, y) = (a[p * n + k], a[q * n + k]);
            (a[p * n + k], a[q * n + k]) = (c * x - s * y, s * x + c * y);
            (x, y) = (v[p * n + k], v[q * n + k]);
            (v[p * n + k], v[q * n + k]) = (c * x - s * y, s * x + c * y);
        }
    }
}
