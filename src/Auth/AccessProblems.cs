using AgentInvest.Core.Http;

namespace AgentInvest.Auth;

internal static class AccessProblems
{
    public static ProblemException LastAdmin() =>
        new(
            new Problem(
                409,
                "conflict",
                "The request conflicts with the present state.",
                "This is the last administrator; make another one first."
            )
        );
    public static ProblemException PasskeyRefused() =>
        new(
            new Problem(
                400,
                "invalid_token",
                "The passkey was not accepted.",
                "It answers no question of ours, or another one: ask for new options."
            )
            {
                Errors = new Dictionary<string, string[]> { ["response"] = ["does not answer the options that were asked for last"] },
            }
        );
    public static ProblemException ReauthenticationRequired() =>
        new(new Problem(403, "reauthentication_required", "Sign in again first.", "This needs a sign-in at most five minutes old."));
    public static ProblemException UnknownProvider() =>
        new(new Problem(404, "not_found", "There is no such thing.", "This provider is not configured."));
    public static ProblemException ProviderFailed(string provider) =>
        Problems.ProviderUnavailable($"{provider} does not answer; try again shortly or sign in another way.");
    public static ProblemException ProviderRefused() =>
        new(
            new Problem(400, "invalid_token", "The provider's answer was not accepted.", "Begin the sign-in again.")
            {
                Errors = new Dictionary<string, string[]> { ["state"] = ["is unknown, used, expired or not this browser's"] },
            }
        );
    public static ProblemException InvalidCode() =>
        new(
            new Problem(400, "invalid_token", "The code is not valid.", "It is unknown, used or expired; begin the sign-in again.")
            {
                Errors = new Dictionary<string, string[]> { ["code"] = ["is unknown, used or expired"] },
            }
        );
    public static ProblemException InvalidLink() =>
        new(
            new Problem(400, "invalid_token", "The token is not valid.", "It is unknown, used or expired; begin the sign-in again.")
            {
                Errors = new Dictionary<string, string[]> { ["linkToken"] = ["is unknown, used or expired"] },
            }
        );
}
