using System.Diagnostics;
using System.Runtime.InteropServices;
using AgentInvest.Finance.Indicators;
using AgentInvest.Finance.Patterns;

namespace AgentInvest.Bench;

/// <summary>
/// All 61 candlestick patterns beside the C of TA-Lib (npm <c>talib</c>), called in this process without Node in between. The same bars,
/// rounds taken in turns, medians; both must have found the same before either is timed.
/// </summary>
internal static unsafe class PatternsBench
{
    /// <summary>TA-Lib's own sign for an optional parameter's default.</summary>
    private const double Default = -4e37;

    private static readonly HashSet<string> WithPenetration =
    [
        "CDLABANDONEDBABY",
        "CDLDARKCLOUDCOVER",
        "CDLEVENINGDOJISTAR",
        "CDLEVENINGSTAR",
        "CDLMATHOLD",
        "CDLMORNINGDOJISTAR",
        "CDLMORNINGSTAR",
    ];

    public static void Run(Ohlcv[] bars, string peers)
    {
        var library = NativeLibrary.Load(Compile(peers));
        // 11 stands for all of the settings.
        _ = ((delegate* unmanaged[Cdecl]<int, int>)NativeLibrary.GetExport(library, "TA_RestoreCandleDefaultSettings"))(11);
        var functions = CandlePatterns.Names.Select(n => NativeLibrary.GetExport(library, "TA_" + n)).ToArray();
        double[][] columns =
        [
            .. new Func<Ohlcv, double>[] { b => b.Open, b => b.High, b => b.Low, b => b.Close }.Select(c => bars.Select(c).ToArray()),
        ];
        var answers = functions.Select(_ => new int[bars.Length]).ToArray();
        var (mine, theirs) = (new List<double>(), new List<double>());
        for (var round = -FinanceBench.Warmup; round < FinanceBench.Rounds; round++)
        {
            if (round == -FinanceBench.Warmup / 2 || round == -1) Thread.Sleep(1000);
            var start = Stopwatch.GetTimestamp();
            var hits = CandlePatterns.Find(bars);
            var ours = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            start = Stopwatch.GetTimestamp();
            for (var i = 0; i < functions.Length; i++)
                Call(functions[i], WithPenetration.Contains(CandlePatterns.Names[i]), columns, answers[i]);
            var peer = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            if (round == -FinanceBench.Warmup) Compare(hits, answers);
            if (round < 0) continue;
            mine.Add(ours);
            theirs.Add(peer);
        }
        FinanceBench.Print("patterns us-per-10k-bars", FinanceBench.Median(mine), "talib", FinanceBench.Median(theirs));
        Shapes(bars);
    }

    /// <summary>
    /// Chart shapes have no peer to be had: their growth from a quarter of the bars to all of them, beside that of what is linear.
    /// </summary>
    private static void Shapes(Ohlcv[] bars)
    {
        var quarter = bars[..(bars.Length / 4)];
        double Time(Ohlcv[] of)
        {
            var start = Stopwatch.GetTimestamp();
            ChartPatterns.Find(of);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
        var (few, all) = (new List<double>(), new List<double>());
        for (var round = -FinanceBench.Warmup; round < FinanceBench.Rounds; round++)
        {
            var (a, b) = (Time(quarter), Time(bars));
            if (round < 0) continue;
            few.Add(a);
            all.Add(b);
        }
        FinanceBench.Print("shapes us-per-10k-bars", FinanceBench.Median(all), "four-times-a-quarter", 4 * FinanceBench.Median(few));
    }

    private static void Call(nint function, bool penetrates, double[][] columns, int[] answers)
    {
        int begin, count, code;
        fixed (double* open = columns[0], high = columns[1], low = columns[2], close = columns[3])
        fixed (int* output = answers)
            code = penetrates
                ? ((delegate* unmanaged[Cdecl]<int, int, double*, double*, double*, double*, double, int*, int*, int*, int>)function)(
                    0,
                    answers.Length - 1,
                    open,
                    high,
                    low,
                    close,
                    Default,
                    &begin,
                    &count,
                    output
                )
                : ((delegate* unmanaged[Cdecl]<int, int, double*, double*, double*, double*, int*, int*, int*, int>)function)(
                    0,
                    answers.Length - 1,
                    open,
                    high,
                    low,
                    close,
                    &begin,
                    &count,
                    output
                );
        if (code != 0) throw new InvalidOperationException($"TA-Lib answered {code}");
    }

    /// <summary>TA-Lib's answers begin with the first bar that has any; 80 is a rule of its later versions that is not ours.</summary>
    private static void Compare(IReadOnlyList<CandleHit> hits, int[][] answers)
    {
        var found = answers.Sum(a => a.Count(v => v is not 0 and not 80 and not -80));
        if (hits.Count != found) throw new InvalidOperationException($"{hits.Count} patterns are found where TA-Lib finds {found}");
    }

    /// <summary>Its candlestick functions and the settings they read.</summary>
    private static string Compile(string peers)
    {
        var library = Path.Combine(peers, "talib.so");
        if (File.Exists(library)) return library;
        var source = Path.Combine("node_modules", "talib", "src", "lib");
        var functions = Directory.GetFiles(Path.Combine(peers, source, "src", "ta_func"), "ta_CDL*.c");
        FinanceBench.Execute(
            "cc",
            [
                "-O3",
                "-w",
                "-shared",
                "-fPIC",
                "-o",
                library,
                "-I" + Path.Combine(source, "include"),
                "-I" + Path.Combine(source, "src", "ta_common"),
                "-I" + Path.Combine(source, "src", "ta_func"),
                .. functions,
                Path.Combine(source, "src", "ta_common", "ta_global.c"),
                Path.Combine(source, "src", "ta_func", "ta_utility.c"),
                "-lm",
            ],
            peers
        );
        return library;
    }
}
