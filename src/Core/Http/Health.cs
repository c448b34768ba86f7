using AgentInvest.Core.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;

namespace AgentInvest.Core.Http;

/// <summary>
/// Whether this host can serve: <c>ready</c>; <c>degraded</c> where something it can do without is away (Redis); <c>unready</c> without
/// PostgreSQL.
/// </summary>
public sealed class Health(Db db, IServiceProvider services)
{
    public sealed record Liveness(string Status);
    public sealed record Report(string Status, IReadOnlyDictionary<string, CheckResult> Checks);
    public sealed record CheckResult(string Status, double Milliseconds);

    public async Task<Report> CheckAsync(CancellationToken ct)
    {
        var checks = new Dictionary<string, CheckResult> { ["postgres"] = await TimedAsync("unready", PingAsync, ct) };
        if (services.GetService<IConnectionMultiplexer>() is { } redis)
            checks["redis"] = await TimedAsync("degraded", _ => redis.GetDatabase().PingAsync(), ct);
        var status =
            checks.Values.Any(c => c.Status == "unready") ? "unready"
            : checks.Values.Any(c => c.Status == "degraded") ? "degraded"
            : "ready";
        return new Report(status, checks);
    }

    private async Task PingAsync(CancellationToken ct) => await db.OneAsync("select 1", r => r.GetInt32(0), ct);

    private static async Task<CheckResult> TimedAsync(string otherwise, Func<CancellationToken, Task> check, CancellationToken ct)
    {
        var begin = System.Diagnostics.Stopwatch.GetTimestamp();
        var status = "ready";
        try
        {
            await check(ct).WaitAsync(TimeSpan.FromSeconds(2), ct);
        }
        catch (Exception e) when (e is NpgsqlException or RedisException or TimeoutException)
        {
            status = otherwise;
        }
        return new CheckResult(status, Math.Round(System.Diagnostics.Stopwatch.GetElapsedTime(begin).TotalMilliseconds, 1));
    }
}
