using AgentInvest.Core;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Portfolio;

public static class PortfolioServices
{
    /// <summary>Registers portfolios: their ledger, reports and own assets. They need Core's and Market's services.</summary>
    public static IServiceCollection AddPortfolio(this IServiceCollection services) =>
        services.AddSingletonsOf(typeof(PortfolioServices).Assembly);
}
