using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Mfa;
using AgentInvest.Auth.Passwords;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.OAuth;

/// <summary>
/// POST /auth/oauth/exchange and /link. Whoever is known signs in. Somebody new gets an account, if the provider vouches for the address:
/// it is verified by that and has no password. An account with that address is linked only to whoever has its password too, so neither a
/// provider nor somebody who once had the address gets in; where it has none, there is nothing to prove and the other way to sign in must
/// be used. An account with a second factor is asked for it here as well: a provider is one factor.
/// </summary>
[Singleton]
public sealed class ExchangeCode(
    Db db,
    Users users,
    OneTimeIdentities identities,
    PasswordHasher hasher,
    Attempts attempts,
    OpenChallenge challenge,
    OpenSession open,
    MailOutbox mails,
    TimeProvider time
)
{
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromMinutes(10);
    private static readonly string[] Federated = ["fed"];
    private static readonly string[] Linked = ["pwd", "fed"];

    [Example("""{"code": "as-the-redirection-brought-it"}""")]
    public sealed record Request(string Code);
    [Example("""{"linkToken": "as-the-exchange-answered-it", "password": "seven otters drift past Oslo"}""")]
    public sealed record LinkRequest(string LinkToken, string Password);

    /// <returns>Tokens, or what is missing for them.</returns>
    public async Task<SignInAnswer> HandleAsync(Request request, SignInContext context, CancellationToken ct)
    {
        if (request.Code is not { Length: > 0 and <= 200 } code) throw Problems.Validation("code", "is required");
        // Claimed whatever follows: a code that failed is no second chance.
        var identity =
            await db.InTransactionAsync(tx => identities.TakeAsync(tx, OneTimeIdentityKind.Code, code, ct), ct)
            ?? throw AccessProblems.InvalidCode();
        var user = await db.InTransactionAsync(tx => ResolveAsync(tx, identity, ct), ct);
        if (user is not null) return await db.InTransactionAsync(tx => AdmitAsync(tx, user, context, Federated, ct), ct);
        return new LinkRequired(await identities.KeepAsync(OneTimeIdentityKind.Link, identity, LinkLifetime, ct));
    }

    public async Task<SignInAnswer> LinkAsync(LinkRequest request, SignInContext context, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.LinkToken is { Length: > 0 and <= 200 }, "linkToken", "is required");
        check.That(request.Password is { Length: > 0 and <= 128 }, "password", "is required, 128 characters at most");
        check.ThrowIfAny();
        var identity = await identities.TryAsync(OneTimeIdentityKind.Link, request.LinkToken, ct) ?? throw AccessProblems.InvalidLink();
        var user = await users.FindByEmailAsync(identity.Email!, ct);
        var paused = await attempts.IsPausedAsync(identity.Email!, context.Source, ct);
        if (!await hasher.VerifyAsync(request.Password, user is { PasswordHash.Length: > 0 } ? user.PasswordHash : null, ct) || paused)
        {
            await attempts.CountAsync(identity.Email!, context.Source, ct);
            throw AuthProblems.InvalidCredentials();
        }
        return await db.InTransactionAsync(async tx =>
        {
            _ = await identities.TakeAsync(tx, OneTimeIdentityKind.Link, request.LinkToken, ct) ?? throw AccessProblems.InvalidLink();
            await LinkAsync(tx, user!, identity, ct);
            return await AdmitAsync(tx, user!, context, Linked, ct);
        }, ct);
    }

    private async Task<SignInAnswer> AdmitAsync(Tx tx, UserRow user, SignInContext context, string[] amr, CancellationToken ct)
    {
        if (user.Profile.MfaEnabled) return await challenge.HandleAsync(tx, user, context, ct);
        return await open.HandleAsync(tx, user, context, amr, ct);
    }

    /// <summary>Null where the password of an existing account must be proved first.</summary>
    private async Task<UserRow?> ResolveAsync(Tx tx, ExternalIdentity identity, CancellationToken ct)
    {
        var known = await tx.OneAsync(
            "select user_id from auth.external_logins where provider = $1 and subject = $2",
            r => (Guid?)r.GetGuid(0),
            ct,
            EnumNames.Of(identity.Provider),
            identity.Subject
        );
        if (known is not null) return await users.FindByIdAsync(tx, known.Value, ct);
        var check = new Check();
        var email = EmailAddress.Check(check, identity.Email);
        if (email.Length == 0 || !identity.EmailVerified) throw AuthProblems.EmailNotVerified();
        // Two first sign-ins at once take turns on the address.
        var user = await users.EnsureAsync(tx, email, null, ct);
        if (user.Profile.EmailVerified)
            return user.PasswordHash.Length > 0
                ? null
                : throw Problems.Conflict("There is an account with this address that signs in another way; sign in that way.");
        // Nobody has proved to own this address so far; what waits for a mail to be answered lapses, with whatever password a stranger gave
        // it.
        var now = time.GetUtcNow();
        await tx.ExecuteAsync("update auth.mail_tokens set used_at = $2 where user_id = $1 and used_at is null", ct, user.Id, now);
        await users.SetVerifiedAsync(tx, user.Id, now, ct);
        await users.SetPasswordAsync(tx, user.Id, "", ct);
        await users.SetDisplayNameAsync(tx, user.Id, Name(identity.Name), ct);
        await LinkAsync(tx, user, identity, ct);
        return await users.FindByIdAsync(tx, user.Id, ct);
    }

    private async Task LinkAsync(Tx tx, UserRow user, ExternalIdentity identity, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (
            await tx.ExecuteAsync(
                "insert into auth.external_logins (provider, subject, user_id, created_at) values ($1, $2, $3, $4) on conflict do nothing",
                ct,
                EnumNames.Of(identity.Provider),
                identity.Subject,
                user.Id,
                now
            ) == 0
        )
            throw Problems.Conflict("The account is linked with this provider already.");
        await mails.AddAsync(
            tx,
            Notices.ProviderLinked(user.Profile.Email, OAuthProviderKind.All.First(k => k.Name == identity.Provider).Title, now),
            ct
        );
        await AuditLog.AddAsync(tx, user.Id, "auth.provider_linked", new { identity.Provider }, now, ct, actor: user.Id);
    }

    private static string? Name(string? name) =>
        name is not null && new string(name.Where(c => !char.IsControl(c)).ToArray()).Trim() is { Length: > 0 } clean
            ? clean[..Math.Min(clean.Length, 100)]
            : null;
}
