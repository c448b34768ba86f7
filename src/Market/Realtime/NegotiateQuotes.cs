using AgentInvest.Core;
using AgentInvest.Core.Security;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Realtime;

/// <summary>
/// POST /market/realtime/{symbols}/negotiate: sends a SignalR client on to the hub, with a token that is good for 60 s and for nothing
/// else.
/// </summary>
[Singleton]
public sealed class NegotiateQuotes(ProviderChain chain, IQuoteHub hub)
{
    private const int MaxSymbols = 100;

    public sealed record Response(string Url, string AccessToken);

    public async Task<Response> HandleAsync(CurrentUser user, string symbols, CancellationToken ct)
    {
        var names = Symbols.ParseList(symbols, MaxSymbols);
        foreach (var name in names)
            if (chain.Of(name) is null) throw MarketProblems.UnknownSymbol(name);
        var (url, token) = await hub.NegotiateAsync(user, names, ct);
        return new Response(url, token);
    }
}
