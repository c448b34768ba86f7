using AgentInvest.Core.Http;
using AgentInvest.Finance.Optimization;
using AgentInvest.Market;
using AgentInvest.Market.History;
using static AgentInvest.AI.Optimization.OptimizePortfolio;

namespace AgentInvest.AI.Optimization;

/// <summary>Turns a request into a plan, or refuses it by the members that are wrong.</summary>
internal sealed class OptimizerChecks(Request request)
{
    public const int MaxSymbols = 300;
    public const int MaxDays = 20_000;
    private readonly Check _check = new();

    /// <summary>The symbols asked for, checked before any price is looked up.</summary>
    public IReadOnlyList<string> Names()
    {
        var field = request.Prices is null ? "symbols" : "prices.symbols";
        _check.That(
            request.Symbols is null != request.Prices is null,
            request.Prices is null ? "symbols" : "prices",
            "give exactly one of symbols and prices"
        );
        _check.ThrowIfAny();
        var names = request.Symbols?.Select((s, i) => Symbols.Parse(s, $"symbols[{i}]")).ToList() ?? request.Prices!.Symbols;
        if (_check.That(names.Count is >= 1 and <= MaxSymbols, field, $"must name 1 to {MaxSymbols} symbols"))
        {
            _check.That(names.All(n => n is { Length: >= 1 and <= 64 }), field, "must be names of 1 to 64 characters");
            _check.That(names.Distinct().Count() == names.Count, field, "must name each symbol once");
        }
        _check.ThrowIfAny();
        return names;
    }

    public PriceTable Prices(IReadOnlyList<string> names)
    {
        var (dates, values) = (request.Prices!.Dates, request.Prices.Values);
        _check.That(dates.Count is >= 3 and <= MaxDays, "prices.dates", $"must have 3 to {MaxDays} dates");
        _check.That(dates.Zip(dates.Skip(1)).All(d => d.First < d.Second), "prices.dates", "must rise");
        _check.That(values.Count == dates.Count, "prices.values", "must have a row for each date");
        _check.ThrowIfAny();
        var prices = names.Select(_ => new double[dates.Count]).ToArray();
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is null || values[i].Count != names.Count)
                throw Problems.Validation($"prices.values[{i}]", $"must have {names.Count} prices");
            for (var j = 0; j < names.Count; j++)
            {
                if (values[i][j] is not { } price)
                    prices[j][i] =
                        i == 0 || double.IsNaN(prices[j][i - 1])
                            ? double.NaN
                            : throw Problems.Validation($"prices.values[{i}][{j}]", "may be null before listing only");
                else
                    prices[j][i] = price is >= 1e-12 and <= 1e15
                        ? price
                        : throw Problems.Validation($"prices.values[{i}][{j}]", "must be a price above 0");
            }
        }
        return new PriceTable(names, [.. dates], prices, null);
    }

    public OptimizerPlan Plan(IReadOnlyList<string> names)
    {
        var index = names.Select((s, i) => (s, i)).ToDictionary(x => x.s, x => x.i);
        if (request.Objective == Objective.Reinforcement) throw AIProblems.NotAvailable(request.Objective);
        Within(request.LookbackDays, 2, MaxDays, "lookbackDays");
        Within(request.RiskFreeRate, -1, 1, "riskFreeRate");
        _check.That(request.Confidence is null or (> 0 and < 1), "confidence", "must be above 0 and below 1");
        Within(request.TargetReturn, -1, 1000, "targetReturn");
        Within(request.TargetVolatility, 1e-9, 1000, "targetVolatility");
        Within(request.RiskAversion, 1e-6, 1e6, "riskAversion");
        Within(request.TransactionCost, 0, 1, "transactionCost");
        if (request.TransactionCost > 0)
        {
            _check.That(request.CurrentWeights is not null, "currentWeights", "is required with transactionCost");
            _check.That(
                request.Objective is not (Objective.RiskParity or Objective.Hrp or Objective.MinCvar),
                "transactionCost",
                "is for maxSharpe, blackLitterman, meanVariance and minVolatility"
            );
            _check.That(request.TargetVolatility is null, "transactionCost", "cannot be given with targetVolatility");
        }
        Within(request.FrontierPoints, 10, 100, "frontierPoints");
        var limits = Limits(index);
        var bl = request.BlackLitterman;
        Within(bl?.RiskAversion, 1e-6, 1e6, "blackLitterman.riskAversion");
        _check.That(bl?.Tau is null or (> 0 and <= 1), "blackLitterman.tau", "must be above 0 and at most 1");
        var (prior, caps) = Prior(bl, index);
        var views = (request.Views ?? []).Select((v, i) => View(v, $"views[{i}]", index)).ToList();
        _check.That(views.Count <= 1000, "views", "must be 1000 at most");
        _check.ThrowIfAny();
        return new OptimizerPlan(
            names,
            request.Objective,
            request.Estimator?.Returns ?? ReturnEstimator.Geometric,
            request.Estimator?.Covariance ?? CovarianceEstimator.Sample,
            request.RiskFreeRate ?? 0
        )
        {
            Confidence = request.Confidence ?? 0.95,
            TargetVolatility = request.TargetVolatility,
            RiskAversion = request.RiskAversion,
            TransactionCost = request.TransactionCost ?? 0,
            FrontierPoints = request.FrontierPoints ?? 20,
            Limits = limits,
            Views = [.. views.OfType<View>()],
            Prior = prior,
            MarketCaps = caps,
            PriorRiskAversion = bl?.RiskAversion ?? request.RiskAversion ?? 1,
            Tau = bl?.Tau ?? 0.05,
        };
    }

    private Limits Limits(Dictionary<string, int> index)
    {
        var c = request.Constraints;
        var longOnly = c?.LongOnly ?? true;
        Within(c?.MinWeight, -10, 1, "constraints.minWeight");
        Within(c?.MaxWeight, -1, 10, "constraints.maxWeight");
        _check.That(!longOnly || c?.MinWeight is null or >= 0, "constraints.minWeight", "must not be negative unless longOnly is false");
        Within(c?.TurnoverMax, 0, 100, "constraints.turnoverMax");
        _check.That(
            c?.TurnoverMax is null || request.CurrentWeights is not null,
            "currentWeights",
            "is required with constraints.turnoverMax"
        );
        Known(request.Sectors?.Keys, "sectors", index);
        var caps = new List<SectorCap>();
        foreach (var (sector, max) in c?.SectorMax ?? new Dictionary<string, double>())
        {
            Within(max, -10, 10, "constraints.sectorMax." + sector);
            var members =
                request.Sectors?.Where(s => s.Value == sector && index.ContainsKey(s.Key)).Select(s => index[s.Key]).Order().ToArray()
                ?? [];
            if (_check.That(members.Length > 0, "constraints.sectorMax." + sector, "no symbol is of this sector under sectors"))
                caps.Add(new SectorCap(sector, members, max));
        }
        return new Limits(index.Count)
        {
            LongOnly = longOnly,
            MinWeight = c?.MinWeight,
            MaxWeight = c?.MaxWeight,
            Sectors = caps,
            TurnoverMax = c?.TurnoverMax,
            TargetReturn = request.TargetReturn,
            Current = request.CurrentWeights is null ? null : Vector(request.CurrentWeights, "currentWeights", index, -10, 10),
        };
    }

    private (double[]? Returns, double[]? Caps) Prior(BlackLittermanOptions? options, Dictionary<string, int> index)
    {
        var caps = options?.MarketCaps is null ? null : Vector(options.MarketCaps, "blackLitterman.marketCaps", index, 0, 1e18);
        _check.That(caps is null || caps.Sum() > 0, "blackLitterman.marketCaps", "must not all be 0");
        switch (options?.Prior)
        {
            case null:
                return (null, caps);
            case { Given: { } returns }:
                _check.That(index.Keys.All(returns.ContainsKey), "blackLitterman.prior", "must have a return for each symbol");
                return (Vector(returns, "blackLitterman.prior", index, -1, 1000), null);
            case { IsMarket: true }:
                _check.That(caps is not null, "blackLitterman.marketCaps", "is required with the prior 'market'");
                return (null, caps);
            default:
                return (null, null);
        }
    }

    private View? View(InvestorView? view, string field, Dictionary<string, int> index)
    {
        if (!_check.That(view is not null, field, "must not be null")) return null;
        _check.That(view!.Weights.Values.Any(x => x != 0), field + ".weights", "must have a weight that is not 0");
        Within(view.Return, -1, 1000, field + ".return");
        Within(view.Confidence, 0, 1, field + ".confidence");
        return new View(Vector(view.Weights, field + ".weights", index, -100, 100), view.Return, view.Confidence);
    }

    private double[] Vector(
        IReadOnlyDictionary<string, double> values,
        string field,
        Dictionary<string, int> index,
        double min,
        double max
    )
    {
        var vector = new double[index.Count];
        Known(values.Keys, field, index);
        foreach (var (symbol, value) in values)
        {
            Within(value, min, max, $"{field}.{symbol}");
            if (index.TryGetValue(symbol, out var i)) vector[i] = value;
        }
        return vector;
    }

    private void Known(IEnumerable<string>? symbols, string field, Dictionary<string, int> index)
    {
        foreach (var symbol in symbols ?? []) _check.That(index.ContainsKey(symbol), $"{field}.{symbol}", "is not one of the symbols");
    }

    private void Within(double? value, double min, double max, string field) =>
        _check.That(
            value is null || (value >= min && value <= max),
            field,
            FormattableString.Invariant($"must be from {min} to {max}")
        );
}
