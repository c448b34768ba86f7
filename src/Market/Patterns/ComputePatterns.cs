using AgentInvest.Core;
using AgentInvest.Core.Http;
using AgentInvest.Market.History;

namespace AgentInvest.Market.Patterns;

/// <summary>POST /market/patterns: on the caller's own bars.</summary>
[Singleton]
public sealed class ComputePatterns
{
    /// <param name="Bars">Ascending in time, at most 10,000.</param>
    public sealed record Request(IReadOnlyList<GetHistory.Bar> Bars);

    public PatternAnswer Handle(Request request)
    {
        var check = new Check();
        var bars = CallerBars.Read(request.Bars, "bars", check);
        check.ThrowIfAny();
        return PatternAnswer.Of(null, bars, request.Bars.Select(b => b.T).ToArray());
    }
}
