using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AgentInvest.Finance.Optimization;

namespace AgentInvest.Bench;

/// <summary>
/// Mean-variance portfolios of 20 and 200 assets, long only: our solver beside Debian's python3-cvxopt, a compiled interior-point solver on
/// BLAS, in alternating rounds on the same programs. The two must agree on the optimum, or nothing is printed.
/// </summary>
internal static class OptimizerBench
{
    private const int Rounds = 7;

    private const string Peer = """
        import json, sys, time
        from cvxopt import matrix, solvers
        solvers.options['show_progress'] = False
        programs = {}
        for line in sys.stdin:
            job = json.loads(line)
            n = job['n']
            if 'p' in job:
                identity = matrix([[float(i == j) for i in range(n)] for j in range(n)])
                bounds = (matrix(-1.0 * identity), matrix(0.0, (n, 1)), matrix(1.0, (1, n)), matrix(1.0))
                programs[n] = (matrix(job['p'], (n, n)), matrix(job['q'])) + bounds
            start = time.perf_counter()
            for _ in range(job['times']): answer = solvers.qp(*programs[n])
            ms = (time.perf_counter() - start) * 1000 / job['times']
            print(json.dumps({'ms': ms, 'objective': answer['primal objective']}), flush=True)
        """;

    public static async Task<int> RunAsync()
    {
        using var peer = Start();
        if (peer is null) return 1;
        try
        {
            await CompareAsync(peer, 20, 200);
            await CompareAsync(peer, 200, 8);
        }
        finally
        {
            peer.StandardInput.Close();
            if (!peer.WaitForExit(5000)) peer.Kill();
        }
        return 0;
    }

    private static Process? Start()
    {
        // Debian's own Python has Debian's packages, whatever else is on the path.
        var python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
        using var probe = Process.Start(new ProcessStartInfo(python, ["-c", "import cvxopt"]) { RedirectStandardError = true })!;
        probe.WaitForExit();
        if (probe.ExitCode == 0)
            return Process.Start(
                new ProcessStartInfo(python, ["-c", Peer]) { RedirectStandardInput = true, RedirectStandardOutput = true }
            );
        Console.Error.WriteLine("bench optimizer needs Debian's python3-cvxopt: apt-get install python3-cvxopt");
        return null;
    }

    private static async Task CompareAsync(Process peer, int n, int times)
    {
        var (p, q) = Draw(n);
        var theirs = await AskAsync(peer, JsonSerializer.Serialize(new { n, p, q, times = 1 }));
        var program = Program(p, q);
        var solution = program.Solve();
        var difference = Math.Abs(program.Objective(solution.X) - theirs.Objective) / Math.Abs(theirs.Objective);
        if (difference > 1e-5)
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"The solvers disagree by {difference:e1} on {n} assets.")
            );
        List<double> mine = [], other = [];
        for (var round = 0; round < Rounds + 3; round++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < times; i++) Program(p, q).Solve();
            var own = watch.Elapsed.TotalMilliseconds / times;
            var peers = (await AskAsync(peer, JsonSerializer.Serialize(new { n, times }))).Milliseconds;
            // The first rounds warm up, until tiered compilation is over.
            if (round < 3) continue;
            mine.Add(own);
            other.Add(peers);
        }
        var (a, b) = (mine.Order().ElementAt(Rounds / 2), other.Order().ElementAt(Rounds / 2));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"bench optimizer-{n} ms-per-solve {a:0.000} peer cvxopt {b:0.000} ratio {b / a:0.00}"
            )
        );
    }

    private static async Task<(double Milliseconds, double Objective)> AskAsync(Process peer, string question)
    {
        await peer.StandardInput.WriteLineAsync(question);
        await peer.StandardInput.FlushAsync();
        using var answer = JsonDocument.Parse(
            await peer.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The peer has ended.")
        );
        return (answer.RootElement.GetProperty("ms").GetDouble(), answer.RootElement.GetProperty("objective").GetDouble());
    }

    private static QuadraticProgram Program(double[] p, double[] q) =>
        new(q.Length, p, q, new double[q.Length], Enumerable.Repeat(double.PositiveInfinity, q.Length).ToArray())
        {
            Equalities = { Row.Of(Enumerable.Repeat(1.0, q.Length).ToArray(), 1) },
        };

    /// <summary>
    /// The covariance of three years of seeded daily returns with a common factor, annual, and expected returns between 0 and 20 %.
    /// </summary>
    private static (double[] P, double[] Q) Draw(int n)
    {
        var random = new Random(20260101);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var beta = Enumerable.Range(0, n).Select(_ => 0.5 + random.NextDouble()).ToArray();
        var returns = new double[756][];
        for (var t = 0; t < returns.Length; t++)
        {
            var market = 0.01 * Normal();
            returns[t] = beta.Select(b => b * market + 0.015 * Normal()).ToArray();
        }
        var p = new double[n * n];
        foreach (var r in returns)
            for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++)
                p[i * n + j] += r[i] * r[j] * 252 / returns.Length;
        return (p, Enumerable.Range(0, n).Select(_ => -0.2 * random.NextDouble()).ToArray());
    }
}
