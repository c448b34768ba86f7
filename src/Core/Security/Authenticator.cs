using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Security;

/// <summary>Turns the credentials of a request into its <see cref="CurrentUser"/>.</summary>
[Singleton]
public sealed class Authenticator(AccessTokens tokens, ApiKeyVerifier keys, Revocations revocations, CallerAddress address)
{
    /// <summary>Null when the request carries no credentials; throws 401 when it carries bad ones.</summary>
    public async ValueTask<CurrentUser?> AuthenticateAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        if (http.Request.Headers.TryGetValue("X-Api-Key", out var key))
        {
            // With both it would be anyone's guess whose rights count.
            if (header.Count > 0 || key.Count != 1) throw Problems.Unauthenticated("Send one X-Api-Key, or Authorization: Bearer <token>.");
            return await keys.VerifyAsync(key.ToString(), address.AddressOf(http), http.RequestAborted);
        }
        if (header.Count == 0) return null;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            throw Problems.Unauthenticated("Send Authorization: Bearer <token>.");
        var verified = await tokens.VerifyAsync(value["Bearer ".Length..].Trim(), http.RequestAborted);
        if (revocations.IsRevoked(verified.User)) throw Problems.TokenRevoked();
        return verified.User;
    }
}
