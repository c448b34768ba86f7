using Microsoft.AspNetCore.Authorization;

namespace AgentInvest.Core.Http;

/// <summary>
/// What the pipeline must know of a function, read once from its attributes. Without any, a function is for signed-in callers only.
/// </summary>
public sealed record EndpointPolicy(
    bool Anonymous,
    RequireScopeAttribute? RequiredScope,
    string? Bucket,
    bool Unlimited,
    bool Idempotent,
    bool PublicData,
    int MaxBody,
    string? Role = null
)
{
    /// <summary>What an API key must have been given; null for functions that no key may call.</summary>
    public string? Scope => RequiredScope?.Scope;

    /// <summary>An address that no function answers.</summary>
    public static EndpointPolicy Unknown { get; } = new(true, null, null, false, false, false, Body.Limit);

    /// <param name="attributes">The attributes of the method and of its class, the method's first.</param>
    public static EndpointPolicy Of(IEnumerable<object> attributes)
    {
        var all = attributes as IReadOnlyCollection<object> ?? attributes.ToList();
        return new EndpointPolicy(
            all.OfType<IAllowAnonymous>().Any(),
            all.OfType<RequireScopeAttribute>().FirstOrDefault(),
            all.OfType<RateLimitAttribute>().FirstOrDefault()?.Bucket,
            all.OfType<NoRateLimitAttribute>().Any(),
            all.OfType<IdempotentAttribute>().Any(),
            all.OfType<PublicDataAttribute>().Any(),
            all.OfType<MaxBodyAttribute>().FirstOrDefault()?.Bytes ?? Body.Limit,
            all.OfType<RequireRoleAttribute>().FirstOrDefault()?.Role);
    }
}
