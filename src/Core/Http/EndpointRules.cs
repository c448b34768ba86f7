using System.Text.Json.Nodes;

namespace AgentInvest.Core.Http;

/// <summary>What an API key must have been given to call this function; signed-in sessions have all scopes.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public class RequireScopeAttribute(string scope) : Attribute
{
    public string Scope { get; } = scope;

    /// <summary>What a key needs besides to see the answer as it is; null where <see cref="Scope"/> is enough.</summary>
    public virtual string? FullViewScope => null;

    /// <summary>What a key without <see cref="FullViewScope"/> sees of a JSON answer.</summary>
    public virtual JsonNode? Restrict(JsonNode? answer) => answer;
}

/// <summary>The role a signed-in caller must have; API keys have none that counts.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class RequireRoleAttribute(string role) : Attribute
{
    public string Role { get; } = role;
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

/// <summary>What the OpenAPI document says of a function.</summary>
/// <param name="summary">One line, imperative: "Record a transaction".</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DescribeAttribute(string summary) : Attribute
{
    public string Summary { get; } = summary;

    /// <summary>Two or three sentences where the summary is not enough.</summary>
    public string? Detail { get; set; }

    /// <summary>
    /// The body's type; null for none, or for a file (<see cref="RequestContent"/>). A type that can be made without arguments says that
    /// the body may be left out.
    /// </summary>
    public Type? Request { get; set; }

    /// <summary>Media types of the body, where it is not JSON alone.</summary>
    public string[] RequestContent { get; set; } = [];

    /// <summary>A body that works when it is sent as it stands, where no type of its own has an <see cref="ExampleAttribute"/>.</summary>
    public string? Example { get; set; }

    /// <summary>The answer's type; null for an empty answer, or for a file (<see cref="ResponseContent"/>).</summary>
    public Type? Response { get; set; }

    /// <summary>The answer's types, where it is one of several; in place of <see cref="Response"/>.</summary>
    public Type[] Responses { get; set; } = [];

    /// <summary>Media types of the answer, where it is not JSON alone.</summary>
    public string[] ResponseContent { get; set; } = [];

    /// <summary>The status of success. Default 200.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Whether the answer carries an <c>ETag</c>; of public data it is also compared with <c>If-None-Match</c>.</summary>
    public bool ETag { get; set; }

    /// <summary>Whether the answer carries a <c>Location</c>, where its status or its type does not say so already.</summary>
    public bool Location { get; set; }

    /// <summary>The record that <see cref="QueryReader"/> reads the query parameters into; null for none.</summary>
    public Type? Parameters { get; set; }

    /// <summary>
    /// Codes of the refusals that a caller should expect, each after its status: <c>422 insufficient_quantity</c>. Those that follow from
    /// the function's other attributes and from its parameters are known without being named.
    /// </summary>
    public string[] Problems { get; set; } = [];
}

/// <summary>An answer of a function beside its success and its problems, e.g. 202 while a result is not there yet.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AlsoAnswersAttribute(int status, Type response, string description) : Attribute
{
    public int Status { get; } = status;
    public Type Response { get; } = response;
    public string Description { get; } = description;
}

/// <summary>
/// A value that works when it is sent as it stands: JSON for a request's type, the text of a query parameter. The OpenAPI document shows
/// it, and a test sends it.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Parameter)]
public sealed class ExampleAttribute(string value) : Attribute
{
    public string Value { get; } = value;
}

/// <summary>The JSON schema of what a type's own converter writes, which the OpenAPI document cannot look into.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class WrittenAsAttribute(string schema) : Attribute
{
    public string Schema { get; } = schema;
}
