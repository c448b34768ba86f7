using AgentInvest.Core.Security;

namespace AgentInvest.Market.Realtime;

/// <summary>The way into the hub of quotes: this host's own, or SignalR Service.</summary>
public interface IQuotesDoor
{
    /// <summary>Where a client connects, and the token it connects with, good for 60 s, for these symbols and for nothing else.</summary>
    Task<(string Url, string Token)> OpenAsync(CurrentUser user, IReadOnlyList<string> symbols, CancellationToken ct);
}

/// <summary>The hub of the local host: the token itself carries the symbols.</summary>
internal sealed class OwnHubDoor(HubTokens tokens, string origin) : IQuotesDoor
{
    public Task<(string Url, string Token)> OpenAsync(CurrentUser user, IReadOnlyList<string> symbols, CancellationToken ct) =>
        Task.FromResult(
            (
                origin + "/v1/hubs/quotes",
                tokens.Issue(
                    user,
                    "quotes",
                    new Dictionary<string, string> { ["symbols"] = string.Join(',', symbols) },
                    TimeSpan.FromSeconds(60)
                )
            )
        );
}
