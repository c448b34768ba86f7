using AgentInvest.Auth.Admin;
using AgentInvest.Auth.Data;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// DELETE /auth/me: asks for the password, or where there is none for a sign-in at most five minutes old. The sessions end and the order to
/// erase is written in one transaction; a timer carries it out, again and again until it is done, whatever host dies meanwhile.
/// </summary>
[Singleton]
public sealed class DeleteMe(Db db, ProvePassword prove, Users users, EndSessions end, ApiKeyVerifier keys, TimeProvider time)
{
    private static readonly string[] WaysIn = ["mail_tokens", "mfa_challenges", "api_keys", "passkeys", "external_logins", "email_changes"];
    private static readonly Role[] NoRights = [Role.User];
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    [Example("""{"password": "seven otters drift past Oslo"}""")]
    public sealed record Request(string? Password = null)
    {
        public Request() : this(Password: null) { }
    }

    public sealed record Response(string Status);

    public async Task<Response> HandleAsync(CurrentUser caller, Request request, string source, CancellationToken ct)
    {
        var user = await users.FindByIdAsync(caller.Id, ct) ?? throw Problems.NotFound();
        if (user.PasswordHash.Length > 0)
        {
            var check = new Check();
            check.That(request.Password is { Length: > 0 and <= 128 }, "password", "is required, 128 characters at most");
            check.ThrowIfAny();
            await prove.HandleAsync(user, request.Password!, source, ct);
        }
        else
        {
            var openedAt = await db.OneAsync(
                "select created_at from auth.sessions where id = $1 and user_id = $2",
                r => r.Instant(0),
                ct,
                caller.SessionId,
                user.Id
            );
            if (openedAt < time.GetUtcNow() - Fresh) throw AuthProblems.ReauthenticationRequired();
        }
        await db.InTransactionAsync(async tx =>
        {
            if (user.Profile.Roles.Contains(Role.Admin))
            {
                // The last one stays, and one who goes counts no more from here on.
                await ChangeRights.KeepAnAdminAsync(tx, user.Id, ct);
                await users.SetRolesAsync(tx, user.Id, NoRights, ct);
            }
            // No way in from here on: no password, no session, no key, no token of a mail.
            await users.SetPasswordAsync(tx, user.Id, "", ct);
            foreach (var table in WaysIn) await tx.ExecuteAsync($"delete from auth.{table} where user_id = $1", ct, user.Id);
            await end.HandleAsync(tx, user.Id, null, null, ct);
            await Outbox.AddAsync(tx, EraseUsers.OutboxKind, new EraseUsers.Order(user.Id), user.Id.ToString(), ct);
            await AuditLog.AddAsync(tx, user.Id, "auth.erasure_ordered", null, time.GetUtcNow(), ct);
        }, ct);
        keys.Revoke(user.Id);
        return new Response("erasing");
    }
}
