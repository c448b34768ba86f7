using System.Security.Cryptography;
using System.Text;
using AgentInvest.Auth.Mails;
using AgentInvest.Auth.Passwords;
using AgentInvest.Core;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Accounts;

/// <summary>
/// POST /auth/register. The answer is the same for a new, an unverified and a taken address; only the mail differs. The password waits with the mail's
/// token, so that whoever reads the mail activates the very password that was sent with that registration, not one a stranger sent later.
/// </summary>
public sealed class RegisterUser
{
    internal static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(24);
    private readonly Db _db;
    private readonly PasswordHasher _hasher;
    private readonly Users _users;
    private readonly AuthOptions _options;
    private readonly TimeProvider _time;

    internal RegisterUser(Db db, PasswordHasher hasher, Users users, IOptions<AuthOptions> options, TimeProvider time) => (_db, _hasher, _users, _options, _time) = (db, hasher, users, options.Value, time);

    public sealed record Request(string? Email, string? Password, string? DisplayName);
    public sealed record Response(string Status);

    public async Task<Response> HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        var email = EmailAddress.Check(check, request.Email);
        CheckName(check, request.DisplayName);
        PasswordRules.Check(check, request.Password, email.Length > 0 ? email : "\0", request.DisplayName);
        check.ThrowIfAny();

        var hash = await _hasher.HashAsync(request.Password!, ct);
        var token = MasterKey.NewToken();
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(async tx =>
        {
            // An account without a usable password stands for the address until the mail is answered.
            var user = (await _users.EnsureAsync(tx, email, request.DisplayName, ct)).Profile;
            await tx.ExecuteAsync("""
                insert into auth.mail_tokens (token_hash, user_id, kind, password_hash, display_name, expires_at) values ($1, $2, 'verify_email', $3, $4, $5)
                """, ct, HashOf(token), user.Id, hash, request.DisplayName, user.EmailVerified ? now : now + TokenLifetime);
            await Mail.SendAsync(tx, user.EmailVerified ? Mail.AlreadyRegistered(email, _options.PublicOrigin, now) : Mail.VerifyEmail(email, token, _options.PublicOrigin, now), ct);
        }, ct);
        return new Response("verification_sent");
    }

    internal static void CheckName(Check check, string? name) =>
        check.That(name is null || (name.Trim().Length is >= 1 and <= 100 && !name.Any(char.IsControl)), "displayName", "must have 1 to 100 characters, none of them control characters");

    internal static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
