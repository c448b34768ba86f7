using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Data;

/// <summary>
/// Carries out the orders to erase: every feature deletes what it holds and the user's key goes, in one transaction, so a host that dies
/// has erased all or nothing. Audit entries stay; they name nobody but an id that leads nowhere any more.
/// </summary>
public sealed class EraseUsers
{
    internal const string OutboxKind = "auth.erase";
    private readonly Db _db;
    private readonly Users _users;
    private readonly MailQueue _mails;
    private readonly Outbox _outbox;
    private readonly IReadOnlyList<IUserData> _features;
    private readonly TimeProvider _time;

    internal EraseUsers(Db db, Users users, MailQueue mails, Outbox outbox, IEnumerable<IUserData> features, TimeProvider time) =>
        (_db, _users, _mails, _outbox, _features, _time) = (db, users, mails, outbox, features.ToList(), time);

    public sealed record Order(Guid UserId);

    public Task HandleAsync(CancellationToken ct) => _outbox.DrainAsync<Order>(OutboxKind, order => EraseAsync(order.UserId, ct), ct);

    private Task EraseAsync(Guid id, CancellationToken ct) => _db.InTransactionAsync(async tx =>
    {
        // Not there: erased by a host that died before it could cross out the order.
        if (await _users.FindByIdAsync(tx, id, ct) is not { } user) return;
        await _mails.ForgetAsync(tx, user.Profile.Email, ct);
        foreach (var feature in _features) await feature.EraseAsync(tx, id, ct);
        await _mails.AddAsync(tx, SecurityMails.Erased(user.Profile.Email, _time.GetUtcNow()), ct);
        await AuditLog.AddAsync(tx, id, "auth.erased", null, _time.GetUtcNow(), ct);
    }, ct);
}
