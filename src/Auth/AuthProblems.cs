using AgentInvest.Core.Http;

namespace AgentInvest.Auth;

internal static class AuthProblems
{
    public static ProblemException InvalidCredentials() =>
        new(new Problem(401, "invalid_credentials", "Address and password do not match."));
    public static ProblemException EmailNotVerified() =>
        new(
            new Problem(
                403,
                "email_not_verified",
                "The address has not been verified.",
                "Follow the link in the mail, or register again to get a new one."
            )
        );
    public static ProblemException InvalidToken() =>
        new(
            new Problem(400, "invalid_token", "The token is not valid.", "It is unknown, used or expired; ask for a new one.")
            {
                Errors = new Dictionary<string, string[]> { ["token"] = ["is unknown, used or expired"] },
            }
        );
    public static ProblemException RefreshTokenReused() =>
        new(new Problem(401, "refresh_token_reused", "The refresh token was used before.", "The session has been ended; sign in again."));
    public static ProblemException CsrfFailed(string detail) =>
        new(new Problem(403, "csrf_failed", "The request could not be told from a forged one.", detail));
    public static ProblemException ReauthenticationRequired() =>
        new(
            new Problem(
                403,
                "reauthentication_required",
                "Sign in again to do this.",
                "This account has no password; a sign-in at most five minutes old is needed instead."
            )
        );
}
