using System.Text.Json;
using AgentInvest.Core;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using AgentInvest.Portfolio.Portfolios;

namespace AgentInvest.Portfolio.Analytics;

/// <summary>GET /portfolio/analytics: the job's latest result; <c>pending</c> while the one for the present books is on its way.</summary>
[Singleton]
public sealed class GetAnalytics(Db db, PortfolioFinder find)
{
    /// <summary>Whether the figures are of the present version of the books.</summary>
    public enum AnalyticsStatus { Ready, Pending }

    /// <param name="ComputedAt">Of the figures shown; null, as they are, until the first ones are there.</param>
    public sealed record Response(
        AnalyticsStatus Status,
        DateTimeOffset? ComputedAt,
        ComputeAnalytics.RiskFigures? Risk,
        ComputeAnalytics.IncomeFigures? Income,
        ComputeAnalytics.Concentration? Concentration,
        ComputeAnalytics.Correlation? Correlation
    );

    public async Task<Response> HandleAsync(CurrentUser user, PortfolioChoice choice, CancellationToken ct)
    {
        var portfolio = await find.FindAsync(user.Id, choice.PortfolioId, ct);
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
            ? new Response(AnalyticsStatus.Pending, null, null, null, null, null)
            : new Response(
                stored.Version >= portfolio.Version ? AnalyticsStatus.Ready : AnalyticsStatus.Pending,
                stored.At,
                stored.Result.Risk,
                stored.Result.Income,
                stored.Result.Concentration,
                stored.Result.Correlation
            );
    }

    /// <summary>What to compute for POST /portfolio/analytics.</summary>
    public async Task<AnalyticsRequest> RequestAsync(CurrentUser user, PortfolioChoice choice, CancellationToken ct)
    {
        var portfolio = await find.FindAsync(user.Id, choice.PortfolioId, ct);
        return new AnalyticsRequest(user.Id, portfolio.Id, portfolio.Version);
    }
}
