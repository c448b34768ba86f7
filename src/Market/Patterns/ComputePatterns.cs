using AgentInvest.Core;
using AgentInvest.Core.Http;
using AgentInvest.Market.History;

namespace AgentInvest.Market.Patterns;

/// <summary>POST /market/patterns: on the caller's own bars.</summary>
[Singleton]
public sealed class ComputePatterns
{
    /// <param name="Bars">Ascending in time, at most 10,000.</param>
    [Example(
        """
        {"bars": [{"t": "2024-01-02", "o": 10, "h": 11, "l": 9.5, "c": 10.5, "v": 1000}, {"t": "2024-01-03", "o": 10.5, "h": 12,
        "l": 10, "c": 11.5, "v": 1200}, {"t": "2024-01-04", "o": 11.5, "h": 12.5, "l": 11, "c": 12, "v": 900}]}
        """
    )]
    public sealed record Request(IReadOnlyList<GetHistory.Bar> Bars);

    public PatternAnswer Handle(Request request)
    {
        var check = new Check();
        var bars = CallerBars.Read(request.Bars, "bars", check);
        check.ThrowIfAny();
        return PatternAnswer.Of(null, bars, request.Bars.Select(b => b.T).ToArray());
    }
}
