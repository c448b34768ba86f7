using AgentInvest.Core.Security;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Market.Realtime;

/// <summary>The SignalR hub that pushes quotes: this host's own, or SignalR Service.</summary>
public interface IQuoteHub
{
    /// <summary>Where a client connects, and the token it connects with: good for 60 s, for these symbols and for nothing else.</summary>
    Task<(string Url, string Token)> NegotiateAsync(CurrentUser user, IReadOnlyList<string> symbols, CancellationToken ct);
}

/// <summary>The hub of the local host: the token itself carries the symbols.</summary>
internal sealed class LocalQuoteHub(HubTokens tokens, IConfiguration configuration) : IQuoteHub
{
    private readonly string _origin = (configuration["Auth:PublicOrigin"] ?? "http://localhost:7071").TrimEnd('/');

    public Task<(string Url, string Token)> NegotiateAsync(CurrentUser user, IReadOnlyList<string> symbols, CancellationToken ct) =>
        Task.FromResult(
            (
                _origin + "/v1/hubs/quotes",
                tokens.Issue(
                    user,
                    "quotes",
                    new Dictionary<string, string> { ["symbols"] = string.Join(',', symbols) },
                    TimeSpan.FromSeconds(60)
                )
            )
        );
}
