using System.Globalization;
using AgentInvest.Finance.Indicators;

namespace AgentInvest.Finance.Tests.Indicators;

/// <summary>
/// Every output of every indicator against figures of Stock.Indicators 3.0.0 (Apache-2.0) on <see cref="SampleBars"/>, without any data
/// beside the checkout.
/// </summary>
/// <remarks>
/// The figures are what the library's <c>To…</c> methods return for those bars (<c>ToAdl</c>, <c>ToAdx</c>…), given as its decimal bars,
/// with the parameters of the catalogue, to ten significant digits. The exception is PPO, which the library lacks: it is the library's PVO
/// of bars whose volume is their close, the same formula.
/// </remarks>
public sealed class PublishedFigureTests
{
    public static TheoryData<string> Names => new(Catalogue.All.Select(i => i.Name));

    [Theory, MemberData(nameof(Names))]
    public void An_indicator_meets_the_published_figures_of_each_output(string name)
    {
        var (indicator, bars) = (Catalogue.Find(name)!, SampleBars.Make());
        var lines = Published.Where(l => l.Name == name).ToArray();
        Assert.Equal(OutputsOf(indicator).Order(), lines.Select(l => l.Output).Distinct().Order());
        foreach (var line in lines)
        {
            var series = indicator.Compute(line.Arguments is { } values ? new Arguments(values) : indicator.Defaults, bars);
            Assert.True(line.Figures.Length >= 3, line.ToString());
            foreach (var (row, figure) in line.Figures)
                Assert.True(IsMet(indicator, series, line.Output, row, figure), $"{line} row {row}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void An_output_has_no_value_before_the_first_published_figure(string name)
    {
        var (indicator, bars) = (Catalogue.Find(name)!, SampleBars.Make());
        foreach (var line in Published.Where(l => l.Name == name && l.Output != "bar"))
        {
            var series = indicator.Compute(line.Arguments is { } values ? new Arguments(values) : indicator.Defaults, bars);
            var output = Array.FindIndex(indicator.Outputs, o => o.Name == line.Output);
            for (var row = 0; row < line.Figures[0].Row; row++) Assert.True(double.IsNaN(series[row, output]), $"{line} row {row}");
        }
    }

    /// <summary>Where rows are bricks, the bar of each brick is published beside the outputs.</summary>
    private static IEnumerable<string> OutputsOf(Indicator indicator) =>
        indicator.Outputs.Select(o => o.Name).Concat(indicator.Create is null ? ["bar"] : []);

    private static bool IsMet(Indicator indicator, IndicatorSeries series, string output, int row, string figure)
    {
        if (output == "bar") return series.Bars![row] == int.Parse(figure, CultureInfo.InvariantCulture);
        var at = Array.FindIndex(indicator.Outputs, o => o.Name == output);
        var value = series[row, at];
        if (indicator.Outputs[at].Kind == OutputKind.Word) return !double.IsNaN(value) && indicator.Outputs[at].Words[(int)value] == figure;
        var expected = double.Parse(figure, CultureInfo.InvariantCulture);
        return Math.Abs(value - expected) <= 1e-9 * Math.Abs(expected) + 1e-12;
    }

    private sealed record Line(string Name, double[]? Arguments, string Output, (int Row, string Figure)[] Figures)
    {
        public override string ToString() => $"{Name} {Output}";
    }

    private static Line[] Published { get; } = [.. Table.Split('\n').Select(l => Parse(l.Trim().Split(' ')))];

    private static Line Parse(string[] cells)
    {
        var name = cells[0].TrimEnd(')').Split('(');
        return new Line(
            name[0],
            name.Length == 1 ? null : Array.ConvertAll(name[1].Split(','), v => double.Parse(v, CultureInfo.InvariantCulture)),
            cells[1],
            [.. cells.Skip(2).Select(c => c.Split(':')).Select(c => (int.Parse(c[0], CultureInfo.InvariantCulture), c[1]))]
        );
    }

    /// <summary>
    /// An output a line: the indicator, its arguments by place unless they are the defaults, the output, then row:figure three times; the
    /// first of them is the first row that has a value, and the last the last.
    /// </summary>
    private const string Table = """
        adl adl 0:55361.90083 90:-932930.897 179:557767.208
        adl moneyFlowMultiplier 0:0.2561983471 90:0.5247524752 179:0.2946058091
        adl moneyFlowVolume 0:55361.90083 90:196058.0198 179:41347.92531
        adx pdi 14:16.16923582 97:27.65240509 179:12.79071578
        adx mdi 14:20.236143 97:10.38555489 179:25.01072196
        adx dx 14:11.17117117 97:45.39373356 179:32.32682911
        adx adx 27:9.03032434 103:32.50626644 179:24.24594199
        adx adxr 41:14.84133787 110:33.08280637 179:23.27759639
        alligator jaw 20:101.3642308 100:92.53905143 179:101.1464408
        alligator teeth 12:100.8225 96:93.43369229 179:100.0519086
        alligator lips 7:99.773 93:94.03601004 179:98.34728745
        alma alma 8:102.3260188 94:96.59587276 179:95.5717897
        aroon aroonUp 25:92 102:88 179:52
        aroon aroonDown 25:4 102:32 179:92
        aroon oscillator 25:88 102:56 179:-40
        atr tr 1:2.8 90:2.02 179:2.41
        atr atr 14:2.177857143 97:2.035654689 179:2.052519958
        atr atrp 14:2.158645201 97:2.055801544 179:2.138264359
        atr-stop atrStop 21:95.14571429 100:94.55019844 179:100.4271261
        atr-stop buyStop 33:101.9916036 60:87.26599669 179:100.4271261
        atr-stop sellStop 21:95.14571429 107:94.55019844 172:97.69372977
        atr-stop atr 21:2.018095238 100:2.197868952 179:2.033016212
        awesome oscillator 33:-2.653088235 106:3.036205882 179:-4.702617647
        awesome normalized 33:-2.738671727 106:3.065017043 179:-4.917255866
        barpart value 0:99.59 90:97.79 179:95.99
        bb sma 19:101.5455 99:95.61 179:99.224
        bb upperBand 19:104.1599864 99:101.2371876 179:104.4560031
        bb lowerBand 19:98.93101363 99:89.98281243 179:93.99199694
        bb percentB 19:0.3325674961 99:0.7843338664 179:0.1909405476
        bb zScore 19:-0.6697300156 99:1.137335466 179:-1.23623781
        bb width 19:0.05149388942 99:0.1177112765 179:0.1054584185
        beta beta 50:0.8063854033 115:0.4397376199 179:0.549114335
        beta returnsEval 0:0 90:0.01106286187 179:0.002506527415
        beta returnsMrkt 0:0 90:-0.004214864422 179:-0.002926516988
        beta(50,3) beta 50:0.8063854033 115:0.4397376199 179:0.549114335
        beta(50,3) betaUp 50:1.391050229 115:-0.2815134168 179:0.9614364023
        beta(50,3) betaDown 50:1.052073962 115:1.459284781 179:0.4894179269
        beta(50,3) ratio 50:1.322198134 115:-0.1929119117 179:1.964448684
        beta(50,3) convexity 50:0.1149049097 115:3.030378365 179:0.2228014412
        beta(50,3) returnsEval 0:0 90:0.01106286187 179:0.002506527415
        beta(50,3) returnsMrkt 0:0 90:-0.004214864422 179:-0.002926516988
        bop bop 13:0.01392101257 89:0.1159725356 179:-0.1845249471
        cci cci 19:-50.40136011 99:111.7549669 179:-109.9715726
        chaikin-osc moneyFlowMultiplier 0:0.2561983471 90:0.5247524752 179:0.2946058091
        chaikin-osc moneyFlowVolume 0:55361.90083 90:196058.0198 179:41347.92531
        chaikin-osc adl 0:55361.90083 90:-932930.897 179:557767.208
        chaikin-osc oscillator 9:136915.3295 94:270202.1378 179:31386.5087
        chaikin-osc fastEma 2:-30399.52392 91:-1098952.435 179:524505.2395
        chaikin-osc slowEma 9:179684.4249 94:-988264.23 179:493118.7308
        chexit chandelierExit 22:97.94136364 101:95.10141544 179:98.27701329
        chop chop 14:58.80014147 97:42.88546669 179:37.95393058
        cmf moneyFlowMultiplier 0:0.2561983471 90:0.5247524752 179:0.2946058091
        cmf moneyFlowVolume 0:55361.90083 90:196058.0198 179:41347.92531
        cmf cmf 19:0.0576512223 99:0.08979682156 179:0.07027711696
        cmo cmo 14:8.227848101 97:43.89140271 179:-50.93167702
        corr varianceA 19:1.70888475 99:7.91631 179:6.843464
        corr varianceB 19:2.54705275 99:22.678926 179:15.92975275
        corr covariance 19:-0.13302575 99:12.168545 179:9.874644
        corr correlation 19:-0.06376176927 99:0.9081676216 179:0.9457556324
        corr rSquared 19:0.00406556322 99:0.8247684289 179:0.8944537163
        crsi streak 0:0 90:5 179:2
        crsi rsi 3:54.36046512 91:51.06223353 179:47.72485073
        crsi rsiStreak 4:66.66666667 92:45.40055019 179:88.73610151
        crsi percentRank 100:8 140:63 179:55
        crsi connorsRsi 101:15.95509099 140:72.92949873 179:63.82031742
        dema dema 13:101.4928571 96:98.30864278 179:95.84694334
        doji price 6:102.74 84:92.53 175:96.36
        doji match 0:0 6:1 179:0
        donchian upperBand 20:104.21 100:101.78 179:104.37
        donchian centerline 20:100.98 100:96.15 179:99.195
        donchian lowerBand 20:97.75 100:90.52 179:94.02
        donchian width 20:0.06397306397 100:0.1171086843 179:0.1043399365
        dpo dpo 5:0.8471428571 88:-0.5964285714 171:0.7478571429
        dpo sma 5:101.4928571 88:95.32642857 171:98.55214286
        dynamic dynamic 1:99.44266405 90:92.68141674 179:97.6106839
        elder-ray ema 12:101.4830769 96:96.02319957 179:97.54006247
        elder-ray bullPower 12:2.526923077 96:4.086800432 179:-0.7000624653
        elder-ray bearPower 12:0.9569230769 96:1.816800432 179:-3.110062465
        ema ema 19:101.5455 99:96.03180945 179:98.39910691
        epma epma 9:103.1107273 94:98.00236364 179:94.68727273
        fcb upperBand 11:104.21 95:98.27 179:104.37
        fcb lowerBand 12:99.92 96:90.52 179:94.02
        fisher fisher 0:0 90:1.363023752 179:-2.784870884
        fisher trigger 1:0 90:0.9407454004 179:-2.803259516
        force forceIndex 2:-89886.85 91:-288092.3398 179:76772.94922
        fractal fractalBear 9:104.21 80:94.92 167:104.37
        fractal fractalBull 10:99.92 85:90.52 177:94.02
        gator upper 20:0.2031460257 100:2.351978894 179:1.094532243
        gator lower 12:-0.75652144 96:-1.649384844 179:-1.70462112
        gator upperIsExpanding 21:1 23:0 179:1
        gator lowerIsExpanding 13:0 15:1 179:0
        heikinashi open 0:99.795 90:94.46393663 179:95.65061152
        heikinashi high 0:100.04 90:98.27 179:96.84
        heikinashi low 0:98.83 90:94.46393663 179:94.43
        heikinashi close 0:99.615 90:97.185 179:95.7025
        heikinashi volume 0:216090 90:373620 179:140350
        hma hma 15:102.1488413 97:98.99206349 179:94.50648413
        htl dcPeriods 7:1 93:23 179:20
        htl trendline 0:99.435 90:90.81667846 179:99.35017976
        htl smoothPrice 6:102.034 93:96.2795 179:95.563
        hurst hurstExponent 100:0.8381196361 140:0.6556599784 179:0.5693720111
        hurst hurstExponentAL 100:0.734692568 140:0.5783285416 179:0.5004502931
        ichimoku tenkanSen 8:100.755 94:94.905 179:97.72
        ichimoku kijunSen 25:101.195 102:96.15 179:99.195
        ichimoku senkouSpanA 51:101.555 115:92.5475 179:103.51
        ichimoku senkouSpanB 77:93.425 128:91.085 179:101.51
        ichimoku chikouSpan 0:100.96 77:97.49 153:95.99
        kama er 10:0.1219946572 95:0.523006135 179:0.4980494148
        kama kama 9:102.04 94:93.29146805 179:96.47943459
        keltner upperBand 19:105.4376432 99:100.6930514 179:102.543271
        keltner centerline 19:101.5455 99:96.03180945 179:98.39910691
        keltner lowerBand 19:97.65335682 99:91.37056749 179:94.25494282
        keltner width 19:0.07665811251 99:0.09707704113 179:0.08423174208
        kvo oscillator 56:-3988153.274 118:-1644210.735 179:-2110093.612
        kvo signal 68:-1059079.998 124:-1217299.013 179:-1774427.128
        ma-env centerline 19:101.5455 99:95.61 179:99.224
        ma-env upperEnvelope 19:104.0841375 99:98.00025 179:101.7046
        ma-env lowerEnvelope 19:99.0068625 99:93.21975 179:96.7434
        macd macd 25:0.03540658795 102:1.683361946 179:-1.511664152
        macd signal 33:-0.4617938978 106:1.776468866 179:-1.065061651
        macd histogram 33:-0.6089437979 106:-0.1154714392 179:-0.4466025016
        macd fastEma 11:101.3391667 95:95.66918511 179:97.38485899
        macd slowEma 25:101.54 102:95.43065518 179:98.89652314
        mama mama 5:100.23 92:94.60206919 179:96.00386724
        mama fama 5:100.23 92:91.40554248 179:98.53228153
        marubozu price 4:101.94 92:96.82 169:99.82
        marubozu match 0:0 4:100 179:0
        mfi mfi 14:67.27458821 97:80.29058312 179:27.48611176
        obv obv 0:0 90:-961700 179:2116520
        pivot-points pp 23:101.86 101:91.13 179:98.87666667
        pivot-points s1 23:99.51 101:87.34 179:93.38333333
        pivot-points s2 23:95.4 101:82.06 179:90.06666667
        pivot-points s3 23:93.05 101:78.27 179:84.57333333
        pivot-points r1 23:105.97 101:96.41 179:102.1933333
        pivot-points r2 23:108.32 101:100.2 179:107.6866667
        pivot-points r3 23:112.43 101:105.48 179:111.0033333
        pivot-points(0,1) pp 23:103.62 101:92.62 179:96.7
        pivot-points(0,1) s1 23:103.0278333 101:91.78858333 179:95.89241667
        pivot-points(0,1) s2 23:102.4356667 101:90.95716667 179:95.08483333
        pivot-points(0,1) s3 23:101.8435 101:90.12575 179:94.27725
        pivot-points(0,1) s4 23:100.067 101:87.6315 179:91.8545
        pivot-points(0,1) r1 23:104.2121667 101:93.45141667 179:97.50758333
        pivot-points(0,1) r2 23:104.8043333 101:94.28283333 179:98.31516667
        pivot-points(0,1) r3 23:105.3965 101:95.11425 179:99.12275
        pivot-points(0,1) r4 23:107.173 101:97.6085 179:101.5455
        pivots highPoint 9:104.21 80:94.92 167:104.37
        pivots lowPoint 10:99.92 85:90.52 177:94.02
        pivots highLine 9:104.21 77:93.43636364 145:108.1
        pivots lowLine 10:99.92 94:92.741875 177:94.02
        pivots highTrend 10:1 78:0 145:0
        pivots lowTrend 11:2 15:3 177:3
        pmo pmo 54:-4.03311437 117:2.323627315 179:-1.290046154
        pmo signal 63:-3.870407906 121:2.129760213 179:-0.7438307772
        ppo ppo 25:0.03486959617 102:1.763963522 179:-1.52853114
        ppo signal 33:-0.4590911137 106:1.862450478 179:-1.070905739
        ppo histogram 33:-0.6108752054 106:-0.1384640259 179:-0.4576254006
        prs prs 0:0.5042531646 90:0.4599068805 179:0.440220133
        prs prsPercent 20:-0.003875672536 100:0.005379153837 179:0.004864353038
        psar sar 2:100.55 91:91.31676736 179:98.93493905
        psar isReversal 2:0 4:1 179:0
        pvo pvo 25:1.294311607 102:2.830268912 179:-9.839003269
        pvo signal 33:-3.304043162 106:-0.3045875413 179:-8.925189038
        pvo histogram 33:2.479268863 106:-1.19436129 179:-0.9138142312
        renko isUp 0:0 43:1 86:0
        renko open 0:100 43:94 86:96
        renko high 0:100.55 43:96.91 86:97.45
        renko low 0:97.75 43:94.05 86:94.02
        renko close 0:99 43:95 86:95
        renko volume 0:313440 43:112650 86:328930
        renko bar 0:1 43:89 86:177
        renko-atr isUp 0:1 1:0 28:0
        renko-atr open 0:99.59 14:91.37992017 28:97.53748004
        renko-atr high 0:101.94 14:94.8 28:97.84
        renko-atr low 0:97.75 14:91.95 28:94.02
        renko-atr close 0:101.64252 14:93.43244013 28:95.48496008
        renko-atr volume 0:1027460 14:208850 28:789080
        renko-atr bar 0:4 14:78 28:177
        roc momentum 14:1.3 97:6.79 179:-6.56
        roc roc 14:1.305351943 97:7.362029708 179:-6.396879571
        roc-wb roc 20:-0.2711115574 100:3.83461868 179:-2.399593289
        roc-wb rocEma 24:1.671199005 102:4.780946934 179:-2.231915906
        roc-wb upperBand 24:2.353515009 102:4.980034087 179:2.116087564
        roc-wb lowerBand 24:-2.353515009 102:-4.980034087 179:-2.116087564
        rolling-pivots pp 20:100.8766667 100:97.03666667 179:98.04666667
        rolling-pivots s1 20:97.54333333 100:92.29333333 179:91.72333333
        rolling-pivots s2 20:94.41666667 100:85.77666667 179:87.69666667
        rolling-pivots s3 20:91.08333333 100:81.03333333 179:81.37333333
        rolling-pivots r1 20:104.0033333 100:103.5533333 179:102.0733333
        rolling-pivots r2 20:107.3366667 100:108.2966667 179:108.3966667
        rolling-pivots r3 20:110.4633333 100:114.8133333 179:112.4233333
        rolling-pivots(20,0,1) pp 20:100.67 100:98.81 179:95.75
        rolling-pivots(20,0,1) s1 20:100.0778333 100:97.77783333 179:94.80125
        rolling-pivots(20,0,1) s2 20:99.48566667 100:96.74566667 179:93.8525
        rolling-pivots(20,0,1) s3 20:98.8935 100:95.7135 179:92.90375
        rolling-pivots(20,0,1) s4 20:97.117 100:92.617 179:90.0575
        rolling-pivots(20,0,1) r1 20:101.2621667 100:99.84216667 179:96.69875
        rolling-pivots(20,0,1) r2 20:101.8543333 100:100.8743333 179:97.6475
        rolling-pivots(20,0,1) r3 20:102.4465 100:101.9065 179:98.59625
        rolling-pivots(20,0,1) r4 20:104.223 100:105.003 179:101.4425
        rsi rsi 14:54.11392405 97:67.82387016 179:37.45333564
        slope slope 13:0.251956044 96:0.5667912088 179:-0.6541318681
        slope intercept 13:99.60318681 96:44.03182418 179:212.044022
        slope stdDev 13:1.43387302 96:2.493117977 179:2.760264425
        slope rSquared 13:0.5017432526 96:0.8398735725 179:0.912604497
        slope line 166:102.804 173:98.22507692 179:94.30028571
        sma sma 19:101.5455 99:95.61 179:99.224
        sma-analysis mad 19:1.1004 99:2.512 179:2.1758
        sma-analysis mse 19:1.70888475 99:7.91631 179:6.843464
        sma-analysis mape 19:0.01087088845 99:0.02627276997 179:0.02199481284
        sma-analysis sma 19:101.5455 99:95.61 179:99.224
        smi smi 12:69.04024768 96:51.82641994 179:-35.35138952
        smi signal 12:69.04024768 96:49.43474882 179:-31.57540776
        smma smma 19:101.5455 99:94.03090349 179:99.46518091
        starc upperBand 10:106.51 95:101.182563 179:99.8901641
        starc centerline 4:100.022 92:96.338 179:95.746
        starc lowerBand 10:97.658 95:92.56943704 179:91.6018359
        stc stc 60:35.4938039 120:7.774172702 179:0
        stdev stdDev 13:1.43387302 96:2.493117977 179:2.760264425
        stdev mean 13:101.4928571 96:95.32642857 179:98.55214286
        stdev zScore 13:0.08867093208 96:1.581782918 179:-0.9282237
        stdev-channels centerline 0:100.6742857 90:95.83251128 179:95.91771429
        stdev-channels upperChannel 0:103.2887721 90:101.4596989 179:101.1497173
        stdev-channels lowerChannel 0:98.05979934 90:90.2053237 179:90.68571123
        stdev-channels breakPoint 0:1 90:0 179:0
        stoch oscillator 15:61.36305104 97:90.31405168 179:13.30112721
        stoch signal 17:63.86500061 98:90.19377852 179:10.8651382
        stoch percentJ 17:74.26140161 98:91.30225923 179:18.17310524
        stoch k 15:61.36305104 97:90.31405168 179:13.30112721
        stoch d 17:63.86500061 98:90.19377852 179:10.8651382
        stoch j 17:74.26140161 98:91.30225923 179:18.17310524
        stoch-rsi stochRsi 27:0 103:25.54494078 179:26.30677936
        stoch-rsi signal 29:3.541615865 104:31.62832973 179:16.22382843
        supertrend superTrend 10:108.024 95:91.62515556 179:101.1651187
        supertrend upperBand 10:108.024 50:92.03952596 179:101.1651187
        supertrend lowerBand 64:81.21901733 108:94.96788605 152:101.5634205
        t3 t3 0:99.59 90:94.47617294 179:95.51176303
        tema tema 19:101.5455 99:100.3003529 179:95.45623608
        tr tr 1:2.8 90:2.02 179:2.41
        trix ema3 14:101.4914281 97:91.70305848 179:100.6343361
        trix trix 14:-0.001407975644 97:0.3424753922 179:-0.1693098282
        tsi tsi 37:-8.758920684 108:22.65832912 179:-22.52576805
        tsi signal 43:-16.3056756 111:21.68084566 179:-17.22990109
        ulcer ulcerIndex 13:0.8788989633 96:0.8803351125 179:5.696487225
        ulcer ui 13:0.8788989633 96:0.8803351125 179:5.696487225
        uo ultimate 28:47.17435377 104:50.55392237 179:42.06715371
        vol-stop sar 34:102.1581536 107:94.5572094 179:100.6087661
        vol-stop isStop 34:0 65:1 179:0
        vol-stop upperBand 34:102.1581536 59:87.10411961 179:100.6087661
        vol-stop lowerBand 66:81.5132745 113:95.23250314 173:98.52529369
        vortex pvi 14:1.025582158 97:1.197041022 179:0.7398864443
        vortex nvi 14:0.9432600853 97:0.7780766644 179:1.19694819
        vwap vwap 0:99.48666667 90:93.77512736 179:97.03412603
        vwma vwma 13:101.5986313 96:95.3946563 179:98.27638293
        willr williamsR 13:-40.09287926 96:-8.759124088 179:-80.96618357
        wma wma 13:102.0387619 96:96.55447619 179:97.13485714
        zigzag zigZag 1:98.41 90:97.32533333 179:95.99
        zigzag pointType 1:L 22:H 166:H
        zigzag retraceHigh 22:103.62 94:100.9863158 166:103.78
        zigzag retraceLow 1:98.41 90:92.21625 179:95.99
        """;
}
