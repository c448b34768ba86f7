using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;

namespace AgentInvest.Auth.Passkeys;

/// <summary>A passkey as its owner sees it.</summary>
public sealed record PasskeyView(Guid Id, string Name, bool BackedUp, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)
{
    internal const string Columns = "id, name, backed_up, created_at, last_used_at";

    internal static PasskeyView Read(Npgsql.NpgsqlDataReader r) =>
        new(r.GetGuid(0), r.GetString(1), r.GetBoolean(2), r.Instant(3), r.Nullable<DateTimeOffset>(4));
}

/// <summary>
/// POST /auth/passkeys/options, POST, GET and DELETE /auth/passkeys. A way into the account is added or taken away only within five minutes
/// of a sign-in: a token left lying about is not enough. The owner is told by mail either way.
/// </summary>
public sealed class ManagePasskeys
{
    private const int Most = 20;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private readonly Db _db;
    private readonly Users _users;
    private readonly PasskeyChallenges _challenges;
    private readonly IPasskeyHandler<UserRow> _handler;
    private readonly MailQueue _mails;
    private readonly TimeProvider _time;

    internal ManagePasskeys(
        Db db,
        Users users,
        PasskeyChallenges challenges,
        IPasskeyHandler<UserRow> handler,
        MailQueue mails,
        TimeProvider time
    ) => (_db, _users, _challenges, _handler, _mails, _time) = (db, users, challenges, handler, mails, time);

    /// <summary>The options for <c>navigator.credentials.create</c>, as JSON.</summary>
    public async Task<string> OptionsAsync(CurrentUser user, HttpContext http, CancellationToken ct)
    {
        await RequireFreshAsync(user, ct);
        var profile = (await _users.FindByIdAsync(user.Id, ct) ?? throw Problems.Unauthenticated()).Profile;
        var options = await _handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity
            {
                Id = user.Id.ToString(),
                Name = profile.Email,
                DisplayName = profile.DisplayName ?? profile.Email,
            },
            http
        );
        await _challenges.KeepAsync(user.Id, options.CreationOptionsJson, options.AttestationState!, ct);
        return options.CreationOptionsJson;
    }

    public async Task<PasskeyView> AddAsync(CurrentUser user, CredentialBody body, HttpContext http, CancellationToken ct)
    {
        body.Check();
        var state = await _challenges.TakeAsync(user.Id, body, ct) ?? throw AccessProblems.PasskeyRefused();
        var result = await _handler.PerformAttestationAsync(
            new PasskeyAttestationContext
            {
                HttpContext = http,
                CredentialJson = body.ToCredentialJson(),
                AttestationState = state,
            }
        );
        if (!result.Succeeded || !result.Passkey.IsUserVerified) throw AccessProblems.PasskeyRefused();
        var passkey = result.Passkey;
        var now = _time.GetUtcNow();
        return await _db.InTransactionAsync(
            async tx =>
            {
                var owner = await _users.FindByIdAsync(tx, user.Id, ct) ?? throw Problems.Unauthenticated();
                if (await tx.OneAsync("select count(*) from auth.passkeys where user_id = $1", r => r.GetInt64(0), ct, user.Id) >= Most)
                    throw Problems.Conflict($"There are {Most} passkeys already; remove one first.");
                var view =
                    await tx.OneAsync(
                        $"""
                        insert into auth.passkeys (credential_id, id, user_id, name, public_key, sign_count, transports, backup_eligible, backed_up, created_at)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (credential_id) do nothing returning {PasskeyView.Columns}
                        """,
                        PasskeyView.Read,
                        ct,
                        passkey.CredentialId,
                        Guid.CreateVersion7(),
                        user.Id,
                        body.Name?.Trim() ?? "Passkey",
                        passkey.PublicKey,
                        (long)passkey.SignCount,
                        passkey.Transports ?? [],
                        passkey.IsBackupEligible,
                        passkey.IsBackedUp,
                        now
                    ) ?? throw AccessProblems.PasskeyRefused();
                await _mails.AddAsync(tx, Notices.PasskeyAdded(owner.Profile.Email, now), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.passkey_added", new { view.Id }, now, ct);
                return view;
            },
            ct
        );
    }

    public async Task<ListPage<PasskeyView>> ListAsync(CurrentUser user, CancellationToken ct) =>
        new(
            await _db.ListAsync(
                $"select {PasskeyView.Columns} from auth.passkeys where user_id = $1 order by id desc",
                PasskeyView.Read,
                ct,
                user.Id
            ),
            null
        );

    public async Task RemoveAsync(CurrentUser user, string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var passkey)) throw Problems.NotFound();
        await RequireFreshAsync(user, ct);
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(
            async tx =>
            {
                if (await tx.ExecuteAsync("delete from auth.passkeys where user_id = $1 and id = $2", ct, user.Id, passkey) == 0)
                    throw Problems.NotFound();
                var owner = await _users.FindByIdAsync(tx, user.Id, ct) ?? throw Problems.Unauthenticated();
                await _mails.AddAsync(tx, Notices.PasskeyRemoved(owner.Profile.Email, now), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.passkey_removed", new { id = passkey }, now, ct);
            },
            ct
        );
    }

    private async Task RequireFreshAsync(CurrentUser user, CancellationToken ct)
    {
        if (
            !await _db.OneAsync(
                "select created_at > $3 from auth.sessions where user_id = $1 and id = $2",
                r => r.GetBoolean(0),
                ct,
                user.Id,
                user.SessionId,
                _time.GetUtcNow() - Fresh
            )
        )
            throw AccessProblems.ReauthenticationRequired();
    }
}
