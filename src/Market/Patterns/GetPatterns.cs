using AgentInvest.Market.History;
using AgentInvest.Market.Indicators;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Market.Patterns;

/// <summary>GET /market/stocks/{symbol}/patterns: over exactly the bars that /history answers for the same query.</summary>
public sealed class GetPatterns
{
    private readonly GetHistory _history;

    internal GetPatterns(GetHistory history) => _history = history;

    public async Task<PatternAnswer> HandleAsync(string symbol, HttpRequest request, CancellationToken ct)
    {
        var history = await _history.HandleAsync(symbol, request, ct);
        return PatternAnswer.Of(history.Symbol, history.Bars.Select(GetIndicators.Read).ToArray(), history.Bars.Select(b => b.T).ToArray());
    }
}
