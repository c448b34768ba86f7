using AgentInvest.Core;
using AgentInvest.Market.Providers;
using AgentInvest.Market.Realtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AgentInvest.Market;

/// <summary>Registers market data.</summary>
public static class MarketServices
{
    public static IServiceCollection AddMarket(this IServiceCollection services, IConfiguration configuration)
    {
        // Apps that share a process, as on the local host, each add what they need.
        if (services.Any(s => s.ServiceType == typeof(ProviderChain))) return services;
        services
            .AddOptions<MarketOptions>()
            .Bind(configuration.GetSection("Market"))
            .Validate(o => o.Simulated.TicksPerSecond is >= 1 and <= 1000, "Market:Simulated:TicksPerSecond must be 1 to 1000.")
            .Validate(o => o.Simulated.SymbolList.All(Symbols.IsValid), "Market:Simulated:Symbols has a name that is no symbol.")
            .ValidateOnStart();
        services.AddSingletonsOf(typeof(MarketServices).Assembly);
        // In the order they are asked.
        services.AddSingleton(s => new ProviderChain([s.GetRequiredService<ReplayMarket>(), s.GetRequiredService<SimulatedMarket>()]));
        services.TryAddSingleton<IQuoteHub, LocalQuoteHub>();
        return services;
    }

    /// <summary>The simulated market's own ticks, for a host that has an <see cref="IQuotePublisher"/>.</summary>
    public static IServiceCollection AddSimulatedTicker(this IServiceCollection services) => services.AddHostedService<SimulatedTicker>();
}
