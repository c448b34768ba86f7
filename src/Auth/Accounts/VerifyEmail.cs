using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>POST /auth/verify-email: uses up the mail's token and activates the password that was sent with that registration.</summary>
public sealed class VerifyEmail
{
    private readonly Db _db;
    private readonly Users _users;
    private readonly TimeProvider _time;

    internal VerifyEmail(Db db, Users users, TimeProvider time) => (_db, _users, _time) = (db, users, time);

    public sealed record Request(string? Token);

    public async Task HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.Token is { Length: > 0 and <= 200 }, "token", "is required");
        check.ThrowIfAny();
        var now = _time.GetUtcNow();
        await _db.InTransactionAsync(
            async tx =>
            {
                // The account's other registrations lapse with it: their passwords must not be activated over this one.
                var token =
                    await MailTokens.UseAsync(tx, request.Token!, MailTokens.VerifyEmail, now, ct) ?? throw AuthProblems.InvalidToken();
                if (
                    await _users.FindByIdAsync(tx, token.UserId, ct) is not { } user
                    || !await _users.SetVerifiedAsync(tx, user.Id, now, ct)
                )
                    throw AuthProblems.InvalidToken();
                await _users.SetPasswordAsync(tx, user.Id, token.PasswordHash!, ct);
                await _users.SetDisplayNameAsync(tx, user.Id, token.Name(user.Key), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.address_verified", null, now, ct, actor: user.Id);
            },
            ct
        );
    }
}
