namespace AgentInvest.Core.Http;

/// <summary>
/// One refusal of the API, written as RFC 9457 problem details. <see cref="Code"/> is stable and snake_case: clients branch on it.
/// Features list theirs one line each in <c>&lt;Feature&gt;Problems.cs</c> and throw them with <see cref="Throw"/>.
/// </summary>
public sealed record Problem(int Status, string Code, string Title, string? Detail = null)
{
    /// <summary>For 400: messages by request member, e.g. <c>quantity</c> or <c>items[2].price</c>.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>When trying again makes sense; written as <c>Retry-After</c> in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Members of this kind of problem beyond the common ones, e.g. <c>held</c> of <c>insufficient_quantity</c>.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    public ProblemException AsException() => new(this);
}

/// <summary>The only way a refusal travels: thrown anywhere, mapped to an answer in one place.</summary>
public class ProblemException(Problem problem) : Exception($"{problem.Status} {problem.Code}: {problem.Detail ?? problem.Title}")
{
    public Problem Problem { get; } = problem;
}

/// <summary>The refusals every feature shares.</summary>
public static class Problems
{
    public static ProblemException Validation(string field, string message) =>
        Validation(new Dictionary<string, string[]> { [field] = [message] });

    public static ProblemException Validation(IReadOnlyDictionary<string, string[]> errors) =>
        new(
            new Problem(
                400,
                "validation_failed",
                "The request is not valid.",
                string.Join(" ", errors.Select(e => e.Key.Length == 0 ? e.Value[0] : $"{e.Key}: {e.Value[0]}"))
            )
            {
                Errors = errors,
            }
        );

    public static ProblemException Unauthenticated(string? detail = null) =>
        new(new Problem(401, "unauthenticated", "Sign in to use this.", detail));
    public static ProblemException TokenExpired() => new(new Problem(401, "token_expired", "The token has expired."));
    public static ProblemException TokenRevoked() => new(new Problem(401, "token_revoked", "The token has been revoked."));
    public static ProblemException Forbidden(string? detail = null) => new(new Problem(403, "forbidden", "This is not allowed.", detail));
    public static ProblemException InsufficientScope(string scope) =>
        new(new Problem(403, "insufficient_scope", "The key lacks a scope.", $"This call needs the scope {scope}."));
    public static ProblemException NotFound(string? detail = null) => new(new Problem(404, "not_found", "There is no such thing.", detail));
    public static ProblemException MethodNotAllowed() =>
        new(new Problem(405, "method_not_allowed", "This address does not answer that method."));
    public static ProblemException Conflict(string detail) =>
        new(new Problem(409, "conflict", "The request conflicts with the present state.", detail));
    public static ProblemException PreconditionFailed() =>
        new(
            new Problem(
                412,
                "precondition_failed",
                "The object has changed since it was read.",
                "Read it again and repeat the change with its new ETag."
            )
        );
    public static ProblemException PayloadTooLarge(long limit) =>
        new(new Problem(413, "payload_too_large", "The body is too large.", $"At most {limit} bytes are accepted here."));
    public static ProblemException UnsupportedMediaType(string expected) =>
        new(new Problem(415, "unsupported_media_type", "The body has a type that is not accepted here.", $"Send {expected}."));
    public static ProblemException IdempotencyKeyReused() =>
        new(
            new Problem(
                422,
                "idempotency_key_reused",
                "The Idempotency-Key was used for another request.",
                "Use a new key for a new request."
            )
        );
    public static ProblemException RateLimited(TimeSpan retryAfter) =>
        new(new Problem(429, "rate_limited", "Too many requests.", "Wait as long as Retry-After says.") { RetryAfter = retryAfter });
    public static ProblemException Busy(TimeSpan retryAfter) =>
        new(new Problem(503, "busy", "The service is busy.", "Try again shortly.") { RetryAfter = retryAfter });
    public static ProblemException ProviderUnavailable(string detail, int status = 503) =>
        new(new Problem(status, "provider_unavailable", "A provider does not answer.", detail));
}
