using AgentInvest.Auth.Accounts;
using AgentInvest.Auth.Sessions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Identity;

namespace AgentInvest.Auth.Passkeys;

/// <summary>
/// POST /auth/passkeys/login-options and /login. No address is asked for, so none can be tested: the authenticator knows whose passkey it
/// is. Possession and the authenticator's own check of the person are two factors, so no code is asked for afterwards.
/// </summary>
[Singleton]
public sealed class SignInWithPasskey(
    Db db,
    PasskeyChallenges challenges,
    IPasskeyHandler<UserRow> handler,
    OpenSession open,
    TimeProvider time
)
{
    private static readonly string[] Amr = ["pop", "mfa"];

    /// <summary>The options for <c>navigator.credentials.get</c>, as JSON.</summary>
    public async Task<string> OptionsAsync(CancellationToken ct)
    {
        var options = await handler.MakeRequestOptionsAsync(null, PasskeyChallenges.Context(ct));
        await challenges.KeepAsync(null, options.RequestOptionsJson, options.AssertionState!, ct);
        return options.RequestOptionsJson;
    }

    /// <exception cref="ProblemException">401 <c>invalid_credentials</c>, whatever was wrong with it.</exception>
    public async Task<Tokens> HandleAsync(PasskeyCredential body, SignInContext context, CancellationToken ct)
    {
        body.Check();
        var state = await challenges.TakeAsync(null, body, ct) ?? throw AuthProblems.InvalidCredentials();
        var result = await handler.PerformAssertionAsync(
            new PasskeyAssertionContext
            {
                HttpContext = PasskeyChallenges.Context(ct),
                CredentialJson = body.ToCredentialJson(),
                AssertionState = state,
            }
        );
        if (!result.Succeeded || !result.Passkey.IsUserVerified || !result.User.Profile.EmailVerified)
            throw AuthProblems.InvalidCredentials();
        await db.ExecuteAsync(
            "update auth.passkeys set sign_count = greatest(sign_count, $2), backed_up = $3, last_used_at = $4 where credential_id = $1",
            ct,
            result.Passkey.CredentialId,
            (long)result.Passkey.SignCount,
            result.Passkey.IsBackedUp,
            time.GetUtcNow()
        );
        return await open.HandleAsync(result.User, context with { DeviceName = body.DeviceName }, Amr, ct);
    }
}
