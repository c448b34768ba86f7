using AgentInvest.Core;
using AgentInvest.Core.Http;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Quotes;

/// <summary>GET /market/fx/{pair}: <c>USDCHF</c> is francs per dollar.</summary>
[Singleton]
public sealed class GetFxRate(ProviderChain chain, TimeProvider time)
{
    public sealed record Response(string Pair, decimal Rate, DateTimeOffset AsOf, string Source, bool Stale);

    public Response Handle(string pair)
    {
        var name = pair.Trim().ToUpperInvariant();
        if (name.Length != 6 || !name.All(char.IsAsciiLetterUpper))
            throw Problems.Validation("pair", "must be two currencies, such as USDCHF");
        var rate = Fx.Now(chain, name[..3], name[3..], time.GetUtcNow()) ?? throw Problems.NotFound($"No source knows the pair {name}.");
        return new Response(name, rate.Rate, rate.AsOf, rate.Source, rate.Stale);
    }
}
