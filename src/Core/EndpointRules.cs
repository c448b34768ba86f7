namespace AgentInvest.Core;

/// <summary>What an API key must have been given to call this function; signed-in sessions have all scopes.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class RequireScopeAttribute(string scope) : Attribute
{
    public string Scope { get; } = scope;
}

/// <summary>Which bucket of the caller this function draws from, beside the guard per IP.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RateLimitAttribute(string bucket) : Attribute
{
    /// <summary><c>login</c>, <c>forgot-password</c> or <c>mfa-verify</c>: ten a minute, a bucket each.</summary>
    public string Bucket { get; } = bucket;
}

/// <summary>Health, metrics, docs, OpenAPI, JWKS and /dev: not counted against any limit.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NoRateLimitAttribute : Attribute;

/// <summary>A POST that honours <c>Idempotency-Key</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class IdempotentAttribute : Attribute;

/// <summary>The largest body this function takes, in bytes, where it is not 1 MiB.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MaxBodyAttribute(int bytes) : Attribute
{
    public int Bytes { get; } = bytes;
}

/// <summary>Anyone may see and keep it: no <c>Cache-Control: no-store</c> is added.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class PublicDataAttribute : Attribute;
