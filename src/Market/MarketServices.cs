using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.Market.Backfill;
using AgentInvest.Market.Charts;
using AgentInvest.Market.History;
using AgentInvest.Market.Indicators;
using AgentInvest.Market.Patterns;
using AgentInvest.Market.Providers;
using AgentInvest.Market.Quotes;
using AgentInvest.Market.Realtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace AgentInvest.Market;

/// <summary>The door into market data.</summary>
public static class MarketServices
{
    public static IServiceCollection AddMarket(this IServiceCollection services, IConfiguration configuration)
    {
        services
            .AddOptions<MarketOptions>()
            .Bind(configuration.GetSection("Market"))
            .Validate(o => o.Simulated.TicksPerSecond is >= 1 and <= 1000, "Market:Simulated:TicksPerSecond must be 1 to 1000.")
            .Validate(o => o.Simulated.SymbolList.All(Symbols.IsValid), "Market:Simulated:Symbols has a name that is no symbol.")
            .ValidateOnStart();
        services.AddSingleton<ReplayMarket>();
        services.AddSingleton<SimulatedMarket>();
        services.AddSingleton(s => new ProviderChain([s.GetRequiredService<ReplayMarket>(), s.GetRequiredService<SimulatedMarket>()]));
        services.AddSingleton(s => new MarketData(s.GetRequiredService<ProviderChain>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new QuoteBoard(s.GetRequiredService<ProviderChain>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new GetQuotes(s.GetRequiredService<ProviderChain>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new GetFxRate(s.GetRequiredService<ProviderChain>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new SearchInstruments(s.GetRequiredService<ProviderChain>()));
        services.AddSingleton(s => new GetHistory(
            s.GetRequiredService<ProviderChain>(),
            s.GetRequiredService<Db>(),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(s => new GetActions(s.GetRequiredService<ProviderChain>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ListIndicators>();
        services.AddSingleton<ComputeIndicators>();
        services.AddSingleton(s => new GetIndicators(s.GetRequiredService<GetHistory>()));
        services.AddSingleton<ComputePatterns>();
        services.AddSingleton(s => new GetPatterns(s.GetRequiredService<GetHistory>()));
        services.AddSingleton(s => new GetChart(s.GetRequiredService<GetHistory>()));
        services.AddSingleton(s => new BackfillHistory(
            s.GetRequiredService<ProviderChain>(),
            s.GetRequiredService<Db>(),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(s => new PollQuotes(s.GetRequiredService<ProviderChain>(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IQuotesDoor>(s => new OwnHubDoor(
            s.GetRequiredService<HubTokens>(),
            (configuration["Auth:PublicOrigin"] ?? "http://localhost:7071").TrimEnd('/')
        ));
        services.AddSingleton(s => new NegotiateQuotes(s.GetRequiredService<ProviderChain>(), s.GetRequiredService<IQuotesDoor>()));
        return services;
    }

    /// <summary>The simulated market's own pulse, for a host that has an <see cref="IQuotePush"/>.</summary>
    public static IServiceCollection AddSimulatedTicker(this IServiceCollection services) =>
        services.AddSingleton<IHostedService>(s => new SimulatedTicker(
            s.GetRequiredService<SimulatedMarket>(),
            s.GetRequiredService<ProviderChain>(),
            s.GetRequiredService<IQuotePush>(),
            s.GetRequiredService<TimeProvider>()
        ));
}
