using AgentInvest.Core.Http;
using AgentInvest.Finance.Optimization;

namespace AgentInvest.AI.Optimization;

public sealed partial class OptimizePortfolio
{
    /// <summary>Rates, returns and volatilities are annual fractions. Exactly one of symbols and prices.</summary>
    /// <param name="LookbackDays">How many of the latest daily returns count; default all of prices, 756 of symbols.</param>
    /// <param name="RiskFreeRate">Default 0.</param>
    /// <param name="Confidence">Of minCvar; default 0.95.</param>
    /// <param name="RiskAversion">Of meanVariance: max μ'w − ½·a·w'Σw; default 1.</param>
    /// <param name="CurrentWeights">By symbol; those not named are 0.</param>
    /// <param name="TransactionCost">Of each purchase and sale, a fraction of its value: transactionCost·Σ|w − currentWeights| is taken off
    /// a year's return in maxSharpe, blackLitterman and meanVariance, and added to ½·riskAversion·w'Σw in minVolatility. At most 1, default
    /// 0; other objectives and targetVolatility do not take it.</param>
    /// <param name="FrontierPoints">10 to 100; default 20.</param>
    [Example("""{"symbols": ["AAPL", "MSFT", "JPM"], "objective": "minVolatility"}""")]
    public sealed record Request(
        Objective Objective,
        IReadOnlyList<string>? Symbols = null,
        PriceMatrix? Prices = null,
        int? LookbackDays = null,
        Estimator? Estimator = null,
        double? RiskFreeRate = null,
        double? Confidence = null,
        double? TargetReturn = null,
        double? TargetVolatility = null,
        double? RiskAversion = null,
        IReadOnlyDictionary<string, string>? Sectors = null,
        IReadOnlyDictionary<string, double>? CurrentWeights = null,
        double? TransactionCost = null,
        int? FrontierPoints = null,
        Constraints? Constraints = null,
        IReadOnlyList<InvestorView>? Views = null,
        BlackLittermanOptions? BlackLitterman = null
    );

    /// <param name="Values">By date, then symbol; null before listing.</param>
    public sealed record PriceMatrix(
        IReadOnlyList<string> Symbols,
        IReadOnlyList<DateOnly> Dates,
        IReadOnlyList<IReadOnlyList<double?>> Values
    );

    /// <param name="Returns">Default geometric.</param>
    /// <param name="Covariance">Default sample.</param>
    public sealed record Estimator(ReturnEstimator? Returns = null, CovarianceEstimator? Covariance = null);

    /// <param name="SectorMax">By sector, the most of its symbols together.</param>
    /// <param name="TurnoverMax">Of ½·Σ|w − currentWeights|.</param>
    /// <param name="LongOnly">Default true; false alone allows −1 to 1.</param>
    public sealed record Constraints(
        double? MinWeight = null,
        double? MaxWeight = null,
        IReadOnlyDictionary<string, double>? SectorMax = null,
        double? TurnoverMax = null,
        bool? LongOnly = null
    );

    /// <param name="Weights">The portfolio viewed, by symbol; 1 and −1 for one symbol over another.</param>
    /// <param name="Return">What it is expected to return.</param>
    /// <param name="Confidence">0 to 1 (Idzorek); without it as uncertain as the prior.</param>
    public sealed record InvestorView(IReadOnlyDictionary<string, double> Weights, double Return, double? Confidence = null);

    /// <param name="RiskAversion">Of the market prior; default the request's, else 1.</param>
    /// <param name="Tau">Default 0.05.</param>
    public sealed record BlackLittermanOptions(
        PriorReturns? Prior = null,
        IReadOnlyDictionary<string, double>? MarketCaps = null,
        double? RiskAversion = null,
        double? Tau = null
    );

    /// <param name="Cvar">Of minCvar: the mean return of the worst days in sample, negative for a loss.</param>
    /// <param name="Turnover">½·Σ|w − currentWeights|, where those are given.</param>
    /// <param name="Cost">What the trades cost, a fraction of the portfolio, where transactionCost is given; expectedReturn, sharpe and the
    /// frontier are before it.</param>
    /// <param name="Unavailable">Why a member is null.</param>
    public sealed record Response(
        IReadOnlyDictionary<string, double> Weights,
        double ExpectedReturn,
        double Volatility,
        double? Sharpe,
        IReadOnlyList<FrontierPoint> Frontier,
        OutOfSampleRecord? OutOfSample,
        string Method,
        DateTimeOffset AsOf,
        string Source,
        double? Cvar,
        PosteriorReturns? Posterior,
        double? Turnover,
        double? Cost,
        IReadOnlyDictionary<string, string> Unavailable
    );

    public sealed record FrontierPoint(
        double ExpectedReturn,
        double Volatility,
        double? Sharpe,
        IReadOnlyDictionary<string, double> Weights
    );

    /// <param name="Fallbacks">Windows in which no portfolio satisfied the request, and equal weights were held.</param>
    public sealed record OutOfSampleRecord(
        DateOnly From,
        DateOnly To,
        int Windows,
        int Fallbacks,
        double Return,
        double? Volatility,
        double? Sharpe,
        double? MaxDrawdown,
        double Turnover,
        OutOfSampleBaseline Baseline,
        string? Note
    );

    public sealed record OutOfSampleBaseline(
        string Name,
        double Return,
        double? Volatility,
        double? Sharpe,
        double? MaxDrawdown,
        double Turnover
    );

    public sealed record PosteriorReturns(IReadOnlyDictionary<string, double> Returns);
}
