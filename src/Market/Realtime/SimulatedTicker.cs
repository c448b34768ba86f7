using AgentInvest.Market.Providers;
using Microsoft.Extensions.Hosting;

namespace AgentInvest.Market.Realtime;

/// <summary>
/// Publishes the simulated market's ticks of the subscribed symbols: by the clock, so that it neither drifts nor catches up after a pause.
/// </summary>
internal sealed class SimulatedTicker(SimulatedMarket market, ProviderChain chain, IQuotePublisher publisher, TimeProvider time)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sent = market.TickNumber(time.GetUtcNow());
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = market.TickTime(sent + 1) - time.GetUtcNow();
            if (wait > TimeSpan.Zero) await Task.Delay(wait + TimeSpan.FromMilliseconds(1), time, stoppingToken);
            var number = market.TickNumber(time.GetUtcNow());
            if (number <= sent) continue;
            sent = number;
            var ticks = publisher
                .SubscribedSymbols.Where(s => ReferenceEquals(chain.Of(s), market))
                .Select(s => market.Tick(s, number))
                .ToList();
            if (ticks.Count > 0) publisher.Publish(ticks);
        }
    }
}
