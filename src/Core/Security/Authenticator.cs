using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Security;

/// <summary>Turns the credentials of a request into its <see cref="CurrentUser"/>.</summary>
public sealed class Authenticator(AccessTokens tokens, Revocations revocations)
{
    /// <summary>Null when the request carries no credentials; throws 401 when it carries bad ones.</summary>
    public async ValueTask<CurrentUser?> AuthenticateAsync(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey("X-Api-Key")) throw Problems.Unauthenticated("The API key is not known.");
        var header = http.Request.Headers.Authorization;
        if (header.Count == 0) return null;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) throw Problems.Unauthenticated("Send Authorization: Bearer <token>.");
        var verified = await tokens.VerifyAsync(value["Bearer ".Length..].Trim(), http.RequestAborted);
        if (revocations.IsRevoked(verified.User)) throw Problems.TokenRevoked();
        return verified.User;
    }
}
