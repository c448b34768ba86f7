using AgentInvest.Core.Security;
using Microsoft.AspNetCore.SignalR;

namespace AgentInvest.LocalHost.Realtime;

/// <summary>
/// The hub behind <c>/market/realtime/{symbols}/negotiate</c> for stock SignalR clients on any transport. Clients only listen: it has no
/// methods.
/// </summary>
internal sealed class QuotesHub(HubTokens tokens, QuoteConnections connections) : Hub
{
    /// <summary>The audience of the tokens that negotiate answers, and the hub's name in the output binding.</summary>
    public const string Name = "quotes";

    public const string Path = "/hubs/quotes";

    public override Task OnConnectedAsync()
    {
        if (Context.GetHttpContext() is { } http && Listener(http, tokens) is { } listener)
            connections.Add(Context, listener);
        else
            Context.Abort();
        return base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        connections.Remove(Context.ConnectionId);
        return base.OnDisconnectedAsync(exception);
    }

    /// <summary>Null when the request carries no good hub token.</summary>
    public static QuoteListener? Listener(HttpContext http, HubTokens tokens)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? header["Bearer ".Length..]
            : http.Request.Query["access_token"].ToString();
        return tokens.Validate(token, Name) is { } valid && valid.Claims.TryGetValue("symbols", out var symbols)
            ? new QuoteListener(valid.User, symbols.Split(',')) : null;
    }
}
