using AgentInvest.Core.Security;
using AgentInvest.Market.Providers;

namespace AgentInvest.Market.Realtime;

/// <summary>
/// POST /market/realtime/{symbols}/negotiate: sends a SignalR client on to the hub, with a token that is good for 60 s and for nothing
/// else.
/// </summary>
public sealed class NegotiateQuotes
{
    private const int Most = 100;
    private readonly ProviderChain _chain;
    private readonly IQuotesDoor _door;

    internal NegotiateQuotes(ProviderChain chain, IQuotesDoor door) => (_chain, _door) = (chain, door);

    public sealed record Response(string Url, string AccessToken);

    public async Task<Response> HandleAsync(CurrentUser user, string symbols, CancellationToken ct)
    {
        var names = Symbols.ParseList(symbols, Most);
        foreach (var name in names)
            if (_chain.Of(name) is null) throw MarketProblems.UnknownSymbol(name);
        var (url, token) = await _door.OpenAsync(user, names, ct);
        return new Response(url, token);
    }
}
