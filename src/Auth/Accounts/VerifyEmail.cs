using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Accounts;

/// <summary>POST /auth/verify-email: uses up the mail's token and activates the password that was sent with that registration.</summary>
[Singleton]
public sealed class VerifyEmail(Db db, Users users, TimeProvider time)
{
    [Example("""{"token": "as-it-stands-in-the-mail"}""")]
    public sealed record Request(string Token);

    public async Task HandleAsync(Request request, CancellationToken ct)
    {
        var check = new Check();
        check.That(request.Token is { Length: > 0 and <= 200 }, "token", "is required");
        check.ThrowIfAny();
        var now = time.GetUtcNow();
        await db.InTransactionAsync(
            async tx =>
            {
                // The account's other registrations lapse with it: their passwords must not be activated over this one.
                var token =
                    await MailTokens.UseAsync(tx, request.Token, MailTokenKind.VerifyEmail, now, ct) ?? throw AuthProblems.InvalidToken();
                if (
                    await users.FindByIdAsync(tx, token.UserId, ct) is not { } user
                    || !await users.SetVerifiedAsync(tx, user.Id, now, ct)
                )
                    throw AuthProblems.InvalidToken();
                await users.SetPasswordAsync(tx, user.Id, token.PasswordHash!, ct);
                await users.SetDisplayNameAsync(tx, user.Id, token.Name(user.Key), ct);
                await AuditLog.AddAsync(tx, user.Id, "auth.address_verified", null, now, ct, actor: user.Id);
            },
            ct
        );
    }
}
