using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Analytics;

/// <summary>GET /portfolio/analytics: the job's latest result; <c>pending</c> while the one for the present books is on its way.</summary>
public sealed class GetAnalytics(Db db, FindPortfolio find)
{
    public sealed record Response(
        string Status,
        DateTimeOffset? ComputedAt,
        ComputeAnalytics.Risk? Risk,
        ComputeAnalytics.Income? Income,
        ComputeAnalytics.Concentration? Concentration,
        ComputeAnalytics.Correlation? Correlation
    );

    public async Task<Response> HandleAsync(CurrentUser user, Guid? portfolioId, CancellationToken ct)
    {
        var portfolio = await find.HandleAsync(user, portfolioId, ct);
        var stored = await db.OneAsync(
            "select version, computed_at, result::text from portfolio.analytics where user_id = $1 and portfolio_id = $2",
            r => new
            {
                Version = r.GetInt64(0),
                At = r.Instant(1),
                Result = JsonSerializer.Deserialize<ComputeAnalytics.Result>(r.GetString(2), Json.Options)!,
            },
            ct,
            user.Id,
            portfolio.Id
        );
        return stored is null
            ? new Response("pending", null, null, null, null, null)
            : new Response(
                stored.Version >= portfolio.Version ? "ready" : "pending",
                stored.At,
                stored.Result.Risk,
                stored.Result.Income,
                stored.Result.Concentration,
                stored.Result.Correlation
            );
    }

    /// <summary>What to compute for POST /portfolio/analytics.</summary>
    public async Task<AnalyticsRequest> RequestAsync(CurrentUser user, Guid? portfolioId, CancellationToken ct)
    {
        var portfolio = await find.HandleAsync(user, portfolioId, ct);
        return new AnalyticsRequest(user.Id, portfolio.Id, portfolio.Version);
    }
}
