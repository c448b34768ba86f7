using AgentInvest.Core;
using AgentInvest.Core.Security;
using AgentInvest.Market.Providers;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Market.Realtime;

/// <summary>POST /market/realtime/{symbols}/negotiate: sends a SignalR client on to the hub, with a token that is good for 60 s and for nothing else.</summary>
public sealed class NegotiateQuotes
{
    private const int Most = 100;
    private readonly ProviderChain _chain;
    private readonly HubTokens _tokens;
    private readonly string _origin;

    internal NegotiateQuotes(ProviderChain chain, HubTokens tokens, IConfiguration configuration) =>
        (_chain, _tokens, _origin) = (chain, tokens, (configuration["Auth:PublicOrigin"] ?? "http://localhost:7071").TrimEnd('/'));

    public sealed record Response(string Url, string AccessToken);

    public Response Handle(CurrentUser user, string symbols)
    {
        var names = Symbols.ParseList(symbols, Most);
        foreach (var name in names)
            if (_chain.Of(name) is null) throw MarketProblems.UnknownSymbol(name);
        var token = _tokens.Issue(user, "quotes", new Dictionary<string, string> { ["symbols"] = string.Join(',', names) }, TimeSpan.FromSeconds(60));
        return new Response(_origin + "/v1/hubs/quotes", token);
    }
}
