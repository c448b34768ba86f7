using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Core.Security;

/// <summary>Who calls. Set by the pipeline after authentication; a use case takes it as an argument, never from a body.</summary>
/// <param name="Id">The user's id, the <c>sub</c> of the token.</param>
/// <param name="SessionId">The session, the token's <c>sid</c>; empty for an API key.</param>
/// <param name="Scopes">Null for a signed-in session (all of the user's own rights); else the API key's scopes.</param>
public sealed record CurrentUser(Guid Id, Guid SessionId, IReadOnlyList<string> Roles, string Tier, IReadOnlyList<string>? Scopes = null)
{
    /// <summary>The API key that was used; null for a signed-in session.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>The version of the user's rights that the token was issued with; a change of role or tier makes older ones void.</summary>
    public int TokenVersion { get; init; }

    /// <summary>The signed-in caller of this request; throws 401 where nobody is signed in.</summary>
    public static CurrentUser Of(HttpContext http) => http.Features.Get<CurrentUser>() ?? throw Problems.Unauthenticated();
}
