using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Security;

/// <summary>Turns the credentials of a request into its <see cref="CurrentUser"/>.</summary>
public sealed class Authenticator
{
    /// <summary>Null when the request carries no credentials; throws 401 when it carries bad ones.</summary>
    public ValueTask<CurrentUser?> AuthenticateAsync(HttpContext http) =>
        http.Request.Headers.Authorization.Count == 0 ? ValueTask.FromResult<CurrentUser?>(null) : throw Problems.Unauthenticated("Tokens are not verified yet.");
}
