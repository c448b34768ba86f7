using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using AgentInvest.Market.Realtime;

namespace AgentInvest.Functions.Market;

/// <summary>Live quotes.</summary>
public sealed class RealtimeFunctions(NegotiateQuotes negotiate, PollQuotes poll)
{
    [Function("NegotiateQuotes"), RequireScope("market:read")]
    [Describe(
        "Negotiate a connection for live quotes",
        Detail = "The SignalR negotiate answer: a stock client on `/v1/market/realtime/AAPL,MSFT` gets here by itself, then receives "
            + "`quotes` messages.",
        Response = typeof(NegotiateQuotes.Response),
        Problems = ["404 not_found"]
    )]
    public async Task<IResult> Negotiate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "market/realtime/{symbols}/negotiate")] HttpRequest request,
        string symbols,
        CancellationToken ct
    ) => Answer.Ok(await negotiate.HandleAsync(CurrentUser.Of(request.HttpContext), symbols, ct));

    /// <summary>A group per symbol. Where the host pushes ticks itself, one it has sent already goes out once all the same.</summary>
    [Function("PollQuotes"), SignalROutput(HubName = "quotes")]
    public SignalRMessageAction[] Poll([TimerTrigger("* * * * * *", UseMonitor = false)] TimerInfo timer) =>
        [.. poll.Handle().Select(tick => new SignalRMessageAction("quotes", [new[] { tick }]) { GroupName = tick.Symbol })];
}
