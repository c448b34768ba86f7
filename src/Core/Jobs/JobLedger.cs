using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Core.Jobs;

/// <summary>
/// Every job of every app, one row each. The app that runs a job writes its state there, so that any app can answer for it without asking
/// another app's task hub.
/// </summary>
[Singleton]
public sealed class JobLedger(Db db)
{
    /// <summary>
    /// The outbox kind of orders to terminate an orchestration of <paramref name="app"/>; the payload is its instance id.
    /// </summary>
    public static string TerminationKind(string app) => "jobs.terminate." + app;

    /// <summary>
    /// Adds the job, or finds the one of the same key that has not ended. Committed at once, before the orchestration is scheduled: there
    /// is none without an owner.
    /// </summary>
    public async Task<(string InstanceId, bool IsNew)> AddAsync(JobOrder order, CancellationToken ct)
    {
        var id = $"{order.Kind}-{Guid.CreateVersion7():N}";
        var instanceId = await db.OneAsync(
            """
            insert into core.jobs as j (user_id, instance_id, app, kind, key) values ($1, $2, $3, $4, $5)
            on conflict (user_id, kind, key) where status in ('pending', 'running') do update set key = excluded.key
            returning instance_id
            """,
            r => r.GetString(0),
            ct,
            order.UserId,
            id,
            order.App,
            order.Kind,
            order.Key
        );
        return (instanceId!, instanceId == id);
    }

    /// <summary>A job of the caller's own; 404 for anybody else's.</summary>
    public async Task<Job> FindAsync(CurrentUser user, string instanceId, CancellationToken ct) =>
        await db.OneAsync(
            """
            select instance_id, kind, status, progress, created_at, output::text, error
            from core.jobs where user_id = $1 and instance_id = $2
            """,
            r => new Job(
                r.GetString(0),
                r.GetString(1),
                EnumNames.Parse<JobStatus>(r.GetString(2)),
                r.Nullable<decimal>(3),
                r.Instant(4),
                r.Text(5) is { } output ? JsonSerializer.Deserialize<JsonElement>(output) : null,
                r.Text(6)
            ),
            ct,
            user.Id,
            instanceId
        ) ?? throw Problems.NotFound();

    /// <summary>Writes a job's new state. A job that has ended, terminated ones included, stays as it is.</summary>
    public Task UpdateAsync(JobUpdate update, CancellationToken ct) =>
        db.ExecuteAsync(
            """
            update core.jobs set status = $3, progress = $4, output = $5::jsonb, error = $6::text, updated_at = now()
            where user_id = $1 and instance_id = $2 and status in ('pending', 'running')
            """,
            ct,
            update.UserId,
            update.InstanceId,
            EnumNames.Of(update.Status),
            update.Progress,
            update.Output is { } output ? output.GetRawText() : null,
            update.Error
        );

    /// <summary>
    /// Marks a job of the caller's own as terminated, and leaves an order to its app to stop the orchestration. One that has ended stays as
    /// it is.
    /// </summary>
    public Task TerminateAsync(CurrentUser user, string instanceId, CancellationToken ct) =>
        db.InTransactionAsync(
            async tx =>
            {
                var job = await tx.OneAsync(
                    "select app, status from core.jobs where user_id = $1 and instance_id = $2 for update",
                    r => (App: r.GetString(0), Status: EnumNames.Parse<JobStatus>(r.GetString(1))),
                    ct,
                    user.Id,
                    instanceId
                );
                if (job.App is null) throw Problems.NotFound();
                if (job.Status is not (JobStatus.Pending or JobStatus.Running)) return;
                await tx.ExecuteAsync(
                    "update core.jobs set status = 'terminated', updated_at = now() where user_id = $1 and instance_id = $2",
                    ct,
                    user.Id,
                    instanceId
                );
                await Outbox.AddAsync(tx, TerminationKind(job.App), instanceId, instanceId, ct);
            },
            ct
        );
}
