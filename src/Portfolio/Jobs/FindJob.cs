using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Portfolio.Jobs;

/// <summary>Whose orchestration it is: GET /jobs/{instanceId} asks here before it asks the engine.</summary>
public sealed class FindJob(Db db)
{
    public sealed record Job(string InstanceId, string Kind, DateTimeOffset CreatedAt);

    /// <summary>What GET /jobs/{instanceId} answers. <see cref="Progress"/> is a fraction.</summary>
    public sealed record Response(
        string InstanceId,
        string Kind,
        string Status,
        decimal? Progress,
        DateTimeOffset CreatedAt,
        System.Text.Json.JsonElement? Output,
        string? Error
    );

    public async Task<Job> HandleAsync(CurrentUser user, string instanceId, CancellationToken ct) =>
        await db.OneAsync(
            "select instance_id, kind, created_at from portfolio.jobs where user_id = $1 and instance_id = $2",
            r => new Job(r.GetString(0), r.GetString(1), r.Instant(2)),
            ct,
            user.Id,
            instanceId
        ) ?? throw Problems.NotFound();

    /// <summary>Before the orchestration is started, so that there is none without an owner.</summary>
    public Task AddAsync(Guid userId, string instanceId, string kind, CancellationToken ct) =>
        db.ExecuteAsync(
            "insert into portfolio.jobs (user_id, instance_id, kind) values ($1, $2, $3) on conflict do nothing",
            ct,
            userId,
            instanceId,
            kind
        );
}
