using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Bench;

/// <summary>
/// Indicators beside what people use: in batch the C of Tulip Indicators (npm <c>tulind</c>), called in this process without Node in
/// between; bar by bar npm <c>trading-signals</c>. The same eight indicators over the same bars, rounds taken in turns, medians.
/// </summary>
internal static unsafe class FinanceBench
{
    public const int Count = 10_000, Rounds = 61, Warmup = 120;

    private sealed record Case(string Name, double[] Arguments, string Function, double[] Options, string Inputs, int Outputs);

    private static readonly Case[] Cases =
    [
        new("rsi", [14], "ti_rsi", [14], "c", 1),
        new("ema", [20], "ti_ema", [20], "c", 1),
        new("sma", [20], "ti_sma", [20], "c", 1),
        new("macd", [12, 26, 9], "ti_macd", [12, 26, 9], "c", 3),
        new("atr", [14], "ti_atr", [14], "hlc", 1),
        new("bb", [20, 2], "ti_bbands", [20, 2], "c", 3),
        new("adx", [14], "ti_adx", [14], "hlc", 1),
        new("stoch", [14, 3, 3, 3, 2, 0], "ti_stoch", [14, 3, 3], "hlc", 2),
    ];

    public static int Run()
    {
        var bars = Bars();
        var peers = InstallPeers();
        Batch(bars, NativeLibrary.Load(Compile(peers)), out var batch);
        Stream(bars, peers, batch);
        PatternsBench.Run(bars, peers);
        return 0;
    }

    /// <summary>A seeded random walk of daily bars.</summary>
    public static Ohlcv[] Bars()
    {
        var (random, price) = (new Random(1), 100d);
        return Enumerable
            .Range(0, Count)
            .Select(i =>
            {
                var open = price;
                price *= 1 + 0.02 * (random.NextDouble() - 0.5);
                return new Ohlcv(
                    new DateTime(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(i),
                    open,
                    Math.Max(open, price) * (1 + 0.005 * random.NextDouble()),
                    Math.Min(open, price) * (1 - 0.005 * random.NextDouble()),
                    price,
                    random.Next(1, 1_000_000)
                );
            })
            .ToArray();
    }

    private static void Batch(Ohlcv[] bars, nint library, out double[] ours)
    {
        var columns = new Dictionary<char, double[]>
        {
            ['h'] = bars.Select(b => b.High).ToArray(),
            ['l'] = bars.Select(b => b.Low).ToArray(),
            ['c'] = bars.Select(b => b.Close).ToArray(),
        };
        var (mine, theirs) = (new List<double>[Cases.Length], new List<double>[Cases.Length]);
        for (var i = 0; i < Cases.Length; i++) (mine[i], theirs[i]) = ([], []);
        for (var round = -Warmup; round < Rounds; round++)
        {
            // The jitter compiles hot code anew in the background.
            if (round == -Warmup / 2 || round == -1) Thread.Sleep(1000);
            for (var i = 0; i < Cases.Length; i++)
            {
                var (a, b) = (Ours(Cases[i], bars), Theirs(Cases[i], columns, library));
                if (round < 0) continue;
                mine[i].Add(a);
                theirs[i].Add(b);
            }
        }
        ours = mine.Select(Median).ToArray();
        var peer = theirs.Select(Median).ToArray();
        for (var i = 0; i < Cases.Length; i++) Print($"{Cases[i].Name}-us-per-10k-bars", ours[i], "tulind", peer[i]);
        Print("indicators us-per-10k-bars", ours.Sum(), "tulind", peer.Sum());
    }

    private static double Ours(Case test, Ohlcv[] bars)
    {
        var indicator = Catalogue.Find(test.Name)!;
        var rows = Rows(indicator);
        var start = Stopwatch.GetTimestamp();
        indicator.Create!(new Arguments(test.Arguments)).Run(bars, rows);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    // Room for answers is made beforehand on both sides.
    private static readonly Dictionary<string, double[]> Room = [];

    private static double[] Rows(Indicator indicator) =>
        Room.TryGetValue(indicator.Name, out var rows) ? rows : Room[indicator.Name] = new double[Count * indicator.Width];

    private static double Theirs(Case test, Dictionary<char, double[]> columns, nint library)
    {
        var function = (delegate* unmanaged[Cdecl]<int, double**, double*, double**, int>)NativeLibrary.GetExport(library, test.Function);
        var inputs = stackalloc double*[3];
        var outputs = stackalloc double*[3];
        var pins = test.Inputs.Select(c => GCHandle.Alloc(columns[c], GCHandleType.Pinned)).ToArray();
        for (var i = 0; i < pins.Length; i++) inputs[i] = (double*)pins[i].AddrOfPinnedObject();
        for (var i = 0; i < test.Outputs; i++) outputs[i] = (double*)NativeMemory.Alloc(Count, sizeof(double));
        for (var i = 0; i < test.Outputs; i++) new Span<double>(outputs[i], Count).Clear();
        try
        {
            fixed (double* options = test.Options)
            {
                var start = Stopwatch.GetTimestamp();
                var code = function(Count, inputs, options, outputs);
                var elapsed = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                return code == 0 ? elapsed : throw new InvalidOperationException($"{test.Function} answered {code}");
            }
        }
        finally
        {
            for (var i = 0; i < test.Outputs; i++) NativeMemory.Free(outputs[i]);
            foreach (var pin in pins) pin.Free();
        }
    }

    private static void Stream(Ohlcv[] bars, string peers, double[] batch)
    {
        var times = new List<double>();
        var row = new double[8];
        for (var round = -Warmup; round < Rounds; round++)
        {
            if (round == -Warmup / 2 || round == -1) Thread.Sleep(1000);
            var feeds = Cases.Select(c => Catalogue.Find(c.Name)!.Create!(new Arguments(c.Arguments))).ToArray();
            var start = Stopwatch.GetTimestamp();
            foreach (ref readonly var bar in bars.AsSpan())
                foreach (var feed in feeds) feed.Next(bar, row);
            if (round >= 0) times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Count);
        }
        var csv = Path.Combine(peers, "bars.csv");
        File.WriteAllLines(csv, bars.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.High:R},{b.Low:R},{b.Close:R}")));
        var peer = double.Parse(Execute("node", ["stream.mjs", csv, "21"], peers), CultureInfo.InvariantCulture);
        var ours = Median(times);
        Print("indicators-stream ns-per-tick", ours, "trading-signals", peer);
        Print("indicators-stream ns-per-tick", ours, "own-batch", batch.Sum() * 1000 / Count);
    }

    /// <summary>Into a folder of its own that is kept for the next run, by the lock file.</summary>
    private static string InstallPeers()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "peers");
        var version = Convert.ToHexString(
            System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(source, "package-lock.json")))
        )[..12];
        var folder = Path.Combine(Path.GetTempPath(), $"agentinvest-bench-{Environment.UserName}-{version}");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "tulind")))
            Execute("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder);
        return folder;
    }

    /// <summary>As node-gyp would: optimised, for any processor.</summary>
    private static string Compile(string peers)
    {
        var library = Path.Combine(peers, "tulip.so");
        if (!File.Exists(library))
            Execute("cc", ["-O3", "-shared", "-fPIC", "-o", library, "node_modules/tulind/external/tiamalgamation.c", "-lm"], peers);
        return library;
    }

    public static string Execute(string program, string[] arguments, string folder)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true }
        )!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed.");
    }

    public static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    public static void Print(string metric, double ours, string peer, double theirs) =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"bench finance {metric} {ours:0.0} peer {peer} {theirs:0.0} ratio {theirs / ours:0.00}"
            )
        );
}
