using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Identity;

namespace AgentInvest.Auth.Passkeys;

/// <summary>A passkey as its owner sees it.</summary>
public sealed record Passkey(Guid Id, string Name, bool BackedUp, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt)
{
    internal const string Columns = "id, name, backed_up, created_at, last_used_at";

    internal static Passkey Read(Npgsql.NpgsqlDataReader r) =>
        new(r.GetGuid(0), r.GetString(1), r.GetBoolean(2), r.Instant(3), r.Nullable<DateTimeOffset>(4));
}

/// <summary>
/// POST /auth/passkeys/options, POST, GET and DELETE /auth/passkeys. A way into the account is added or taken away only within five minutes
/// of a sign-in: a token left lying about is not enough. The owner gets a mail either way.
/// </summary>
[Singleton]
public sealed class ManagePasskeys(
    Db db,
    Users users,
    PasskeyChallenges challenges,
    IPasskeyHandler<UserRow> handler,
    MailOutbox mails,
    TimeProvider time
)
{
    private const int MaxPasskeys = 20;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    /// <summary>The options for <c>navigator.credentials.create</c>, as JSON.</summary>
    public async Task<string> OptionsAsync(CurrentUser user, CancellationToken ct)
    {
        await RequireFreshAsync(user, ct);
        var profile = (await users.FindByIdAsync(user.Id, ct) ?? throw Problems.Unauthenticated()).Profile;
        var options = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity
            {
                Id = user.Id.ToString(),
                Name = profile.Email,
                DisplayName = profile.DisplayName ?? profile.Email,
            },
            PasskeyChallenges.Context(ct)
        );
        await challenges.KeepAsync(user.Id, options.CreationOptionsJson, options.AttestationState!, ct);
        return options.CreationOptionsJson;
    }

    public async Task<Passkey> AddAsync(CurrentUser user, PasskeyCredential body, CancellationToken ct)
    {
        body.Check();
        var state = await challenges.TakeAsync(user.Id, body, ct) ?? throw AccessProblems.PasskeyRefused();
        var result = await handler.PerformAttestationAsync(
            new PasskeyAttestationContext
            {
                HttpContext = PasskeyChallenges.Context(ct),
                CredentialJson = body.ToCredentialJson(),
                AttestationState = state,
            }
        );
        if (!result.Succeeded || !result.Passkey.IsUserVerified) throw AccessProblems.PasskeyRefused();
        var passkey = result.Passkey;
        var now = time.GetUtcNow();
        return await db.InTransactionAsync(
            async tx =>
            {
                var owner = await users.FindByIdAsync(tx, user.Id, ct) ?? throw Problems.Unauthenticated();
                var count = await tx.OneAsync("select count(*) from auth.passkeys where user_id = $1", r => r.GetInt64(0), ct, user.Id);
                if (count >= MaxPasskeys)
                    throw Problems.Conflict($"There are {MaxPasskeys} passkeys already; remove one first.");
                var view =
                    await tx.OneAsync(
                        $"""
                        insert into auth.passkeys
                            (credential_id, id, user_id, name, public_key, sign_count, transports, backup_eligible, backed_up, created_at)
                        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (credential_id) do nothing returning {Passkey.Columns}
                        """,
                        Passkey.Read,
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
                await mails.AddAsync(tx, Notices.PasskeyAdded(owner.Profile.Email, now), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.passkey_added", new { view.Id }, now, ct);
                return view;
            },
            ct
        );
    }

    public async Task<ListPage<Passkey>> ListAsync(CurrentUser user, CancellationToken ct) =>
        new(
            await db.ListAsync(
                $"select {Passkey.Columns} from auth.passkeys where user_id = $1 order by id desc",
                Passkey.Read,
                ct,
                user.Id
            ),
            null
        );

    public async Task RemoveAsync(CurrentUser user, string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var passkey)) throw Problems.NotFound();
        await RequireFreshAsync(user, ct);
        var now = time.GetUtcNow();
        await db.InTransactionAsync(
            async tx =>
            {
                if (await tx.ExecuteAsync("delete from auth.passkeys where user_id = $1 and id = $2", ct, user.Id, passkey) == 0)
                    throw Problems.NotFound();
                var owner = await users.FindByIdAsync(tx, user.Id, ct) ?? throw Problems.Unauthenticated();
                await mails.AddAsync(tx, Notices.PasskeyRemoved(owner.Profile.Email, now), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.passkey_removed", new { id = passkey }, now, ct);
            },
            ct
        );
    }

    private async Task RequireFreshAsync(CurrentUser user, CancellationToken ct)
    {
        if (
            !await db.OneAsync(
                "select created_at > $3 from auth.sessions where user_id = $1 and id = $2",
                r => r.GetBoolean(0),
                ct,
                user.Id,
                user.SessionId,
                time.GetUtcNow() - Fresh
            )
        )
            throw AccessProblems.ReauthenticationRequired();
    }
}
