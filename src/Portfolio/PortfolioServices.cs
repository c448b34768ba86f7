using AgentInvest.Core.Data;
using AgentInvest.Market;
using AgentInvest.Portfolio.Analytics;
using AgentInvest.Portfolio.Assets;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.Import;
using AgentInvest.Portfolio.Income;
using AgentInvest.Portfolio.OwnAssets;
using AgentInvest.Portfolio.Performance;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Rebalancing;
using AgentInvest.Portfolio.Shares;
using AgentInvest.Portfolio.Tax;
using AgentInvest.Portfolio.Transactions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentInvest.Portfolio;

/// <summary>The door into portfolios.</summary>
public static class PortfolioServices
{
    public static IServiceCollection AddPortfolio(this IServiceCollection services)
    {
        services.AddSingleton<OwnSeriesCache>();
        services.AddSingleton<UserMarket>();
        services.AddSingleton<ManageInstruments>();
        services.AddSingleton<PutSeries>();
        services.AddSingleton<BookLoader>();
        services.AddSingleton<ValueHoldings>();
        services.AddSingleton<BookTimelines>();
        services.AddSingleton<CompareBenchmark>();
        services.AddSingleton<FindPortfolio>();
        services.AddSingleton<ManagePortfolios>();
        services.AddSingleton<FeedActions>();
        services.AddSingleton<ChangeBooks>();
        services.AddSingleton<ExportTransactions>();
        services.AddSingleton<GetAnalytics>();
        services.AddSingleton<ManageShares>();
        services.AddSingleton<GetShared>();
        // Public use cases with internal helpers: built by hand, for the container only sees public constructors.
        services.AddSingleton(s => new RecordTransaction(
            s.Of<ChangeBooks>(),
            s.Of<UserMarket>(),
            s.Of<FindPortfolio>(),
            s.Of<TimeProvider>()
        ));
        services.AddSingleton(s => new CorrectTransaction(
            s.Of<Db>(),
            s.Of<ChangeBooks>(),
            s.Of<UserMarket>(),
            s.Of<FindPortfolio>(),
            s.Of<TimeProvider>()
        ));
        services.AddSingleton(s => new ImportTransactions(
            s.Of<Db>(),
            s.Of<FeedActions>(),
            s.Of<UserMarket>(),
            s.Of<FindPortfolio>(),
            s.Of<TimeProvider>()
        ));
        services.AddSingleton(s => new BookNewActions(
            s.Of<Db>(),
            s.Of<MarketData>(),
            s.Of<FeedActions>(),
            s.Of<TimeProvider>(),
            s.Of<ILogger<BookNewActions>>()
        ));
        services.AddSingleton(s => new ListTransactions(s.Of<Db>(), s.Of<FindPortfolio>(), s.Of<BookLoader>()));
        services.AddSingleton(s => new AddAsset(
            s.Of<RecordTransaction>(),
            s.Of<UserMarket>(),
            s.Of<FindPortfolio>(),
            s.Of<TimeProvider>()
        ));
        services.AddSingleton(s => new AdjustAsset(
            s.Of<Db>(),
            s.Of<ChangeBooks>(),
            s.Of<UserMarket>(),
            s.Of<FindPortfolio>(),
            s.Of<TimeProvider>()
        ));
        services.AddSingleton(s => new GetPortfolio(s.Of<Db>(), s.Of<BookLoader>(), s.Of<ValueHoldings>(), s.Of<TimeProvider>()));
        services.AddSingleton(s => new GetAllocation(s.Of<BookLoader>(), s.Of<ValueHoldings>()));
        services.AddSingleton(s => new GetLots(s.Of<BookLoader>()));
        services.AddSingleton(s => new GetRealized(s.Of<BookLoader>()));
        services.AddSingleton(s => new GetDividends(s.Of<BookLoader>(), s.Of<ValueHoldings>(), s.Of<MarketData>(), s.Of<TimeProvider>()));
        services.AddSingleton(s => new ManageTargets(s.Of<Db>(), s.Of<UserMarket>(), s.Of<FindPortfolio>()));
        services.AddSingleton(s => new PlanRebalance(
            s.Of<BookLoader>(),
            s.Of<ValueHoldings>(),
            s.Of<UserMarket>(),
            s.Of<ManageTargets>(),
            s.Of<FindPortfolio>(),
            s.Of<TimeProvider>()
        ));
        services.AddSingleton(s => new GetPerformance(
            s.Of<BookLoader>(),
            s.Of<BookTimelines>(),
            s.Of<CompareBenchmark>(),
            s.Of<UserMarket>(),
            s.Of<TimeProvider>()
        ));
        services.AddSingleton(s => new GetDailyReturns(s.Of<BookLoader>(), s.Of<BookTimelines>()));
        services.AddSingleton(s => new ComputeAnalytics(
            s.Of<Db>(),
            s.Of<BookLoader>(),
            s.Of<GetDailyReturns>(),
            s.Of<CompareBenchmark>(),
            s.Of<ValueHoldings>(),
            s.Of<UserMarket>(),
            s.Of<TimeProvider>()
        ));
        return services;
    }

    private static T Of<T>(this IServiceProvider services) where T : notnull => services.GetRequiredService<T>();
}
