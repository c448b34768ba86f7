using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Jobs;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Data;

/// <summary>
/// Carries out the orders to erase: the user's rows in the tables of every feature and the user's key go in one transaction, so a host that
/// dies has erased all or nothing. Audit entries stay; they name nobody but an id that leads nowhere any more.
/// </summary>
[Singleton]
public sealed class EraseUsers(
    Db db,
    Users users,
    UserTables tables,
    IdentityData identity,
    MailOutbox mails,
    Outbox outbox,
    TimeProvider time
)
{
    internal const string OutboxKind = "auth.erase";

    public sealed record Order(Guid UserId);

    public Task HandleAsync(CancellationToken ct) => outbox.DrainAsync<Order>(OutboxKind, order => EraseAsync(order.UserId, ct), ct);

    private async Task EraseAsync(Guid userId, CancellationToken ct)
    {
        var all = await tables.ListAsync(ct);
        await db.InTransactionAsync(
            async tx =>
            {
                // First, because it waits for whoever is handling such a message: what that writes is there to be deleted afterwards.
                await ForgetMessagesAsync(tx, userId, ct);
                // Not there: erased by a host that died before it could delete the order.
                if (await users.FindByIdAsync(tx, userId, ct) is not { } user) return;
                await mails.ForgetAsync(tx, user.Profile.Email, ct);
                await TerminateJobsAsync(tx, userId, ct);
                foreach (var table in all) await UserTables.EraseAsync(tx, table, userId, ct);
                await identity.EraseAsync(tx, user, ct);
                await mails.AddAsync(tx, SecurityMails.Erased(user.Profile.Email, time.GetUtcNow()), ct);
                await AuditLog.AddAsync(tx, userId, "auth.erased", null, time.GetUtcNow(), ct);
            },
            ct
        );
    }

    /// <summary>Messages to any app that are about this user; they name them as <c>userId</c>.</summary>
    private static Task<int> ForgetMessagesAsync(Tx tx, Guid userId, CancellationToken ct) =>
        tx.ExecuteAsync(
            "delete from core.outbox where kind <> $1 and payload ->> 'userId' = $2",
            ct,
            OutboxKind,
            userId.ToString()
        );

    /// <summary>The apps that run them stop their orchestrations; the jobs' rows go with the other tables.</summary>
    private static async Task TerminateJobsAsync(Tx tx, Guid userId, CancellationToken ct)
    {
        var jobs = await tx.ListAsync(
            "select app, instance_id from core.jobs where user_id = $1 and status in ('pending', 'running')",
            r => (App: r.GetString(0), InstanceId: r.GetString(1)),
            ct,
            userId
        );
        foreach (var job in jobs)
            await Outbox.AddAsync(tx, JobLedger.TerminationKind(job.App), job.InstanceId, job.InstanceId, ct);
    }
}
