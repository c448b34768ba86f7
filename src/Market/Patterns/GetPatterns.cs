using AgentInvest.Core;
using AgentInvest.Market.History;
using AgentInvest.Market.Indicators;

namespace AgentInvest.Market.Patterns;

/// <summary>GET /market/stocks/{symbol}/patterns: over exactly the bars that /history answers for the same query.</summary>
[Singleton]
public sealed class GetPatterns(GetHistory history)
{
    public async Task<PatternAnswer> HandleAsync(string symbol, GetHistory.Query query, CancellationToken ct)
    {
        var answer = await history.HandleAsync(symbol, query, ct);
        return PatternAnswer.Of(answer.Symbol, answer.Bars.Select(GetIndicators.ToOhlcv).ToArray(), answer.Bars.Select(b => b.T).ToArray());
    }
}
