using AgentInvest.Core;
using AgentInvest.Market;
using AgentInvest.Portfolio.Analytics;
using AgentInvest.Portfolio.Holdings;
using AgentInvest.Portfolio.Jobs;
using AgentInvest.Portfolio.Performance;
using AgentInvest.Portfolio.Portfolios;
using AgentInvest.Portfolio.Transactions;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Portfolio;

/// <summary>The door into portfolios.</summary>
public static class PortfolioServices
{
    public static IServiceCollection AddPortfolio(this IServiceCollection services)
    {
        services.AddSingleton<BookLoader>();
        services.AddSingleton<FindPortfolio>();
        services.AddSingleton<ManagePortfolios>();
        services.AddSingleton<RecordTransaction>();
        services.AddSingleton<ListTransactions>();
        services.AddSingleton<BookNewActions>();
        services.AddSingleton<GetAnalytics>();
        services.AddSingleton<FindJob>();
        services.AddSingleton(s => new GetPortfolio(s.GetRequiredService<BookLoader>(), s.GetRequiredService<MarketData>(), s.GetRequiredService<FindPortfolio>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new GetPerformance(s.GetRequiredService<BookLoader>(), s.GetRequiredService<MarketData>(), s.GetRequiredService<FindPortfolio>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new GetDailyReturns(s.GetRequiredService<BookLoader>(), s.GetRequiredService<FindPortfolio>()));
        services.AddSingleton(s => new ComputeAnalytics(s.GetRequiredService<Db>(), s.GetRequiredService<BookLoader>(), s.GetRequiredService<MarketData>(), s.GetRequiredService<FindPortfolio>(), s.GetRequiredService<TimeProvider>()));
        return services;
    }
}
