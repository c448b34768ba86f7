using AgentInvest.Core;
using AgentInvest.Core.Data;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Portfolio;

public static class PortfolioServices
{
    /// <summary>Registers portfolios: their ledger, reports and own assets. They need Core's and Market's services.</summary>
    public static IServiceCollection AddPortfolio(this IServiceCollection services) =>
        services
            .AddUserTables(
                "portfolio",
                "analytics",
                "shares",
                "targets",
                "asset_notes",
                "transactions",
                "portfolios",
                "prices",
                "instruments",
                "rates",
                "own_data"
            )
            .AddSingletonsOf(typeof(PortfolioServices).Assembly);
}
