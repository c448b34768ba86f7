using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AgentInvest.Core.Http;

/// <summary>
/// What every request passes, in this order: request id, security headers, CORS, problems, guard per IP, authentication, the caller's
/// limit, authorization, idempotency. Plain <see cref="HttpContext"/> code: both runtimes call it.
/// </summary>
public sealed partial class RequestPipeline(
    Authenticator authenticator,
    RateLimits limits,
    CallerAddress address,
    Cors cors,
    Idempotency idempotency,
    ILogger<RequestPipeline> log
)
{
    public async Task InvokeAsync(HttpContext http, EndpointPolicy policy, RequestDelegate next)
    {
        http.Features.Set(policy);
        ResponseHeaders.Write(http, policy);
        if (cors.Handle(http)) return;
        try
        {
            var user = await AdmitAsync(http, policy);
            AuditLog.Context = HttpMethods.IsGet(http.Request.Method)
                ? null
                : new AuditContext(user?.Id, user?.SessionId, user?.KeyId, http.TraceIdentifier);
            if (policy.Idempotent && user is not null && http.Request.Headers.TryGetValue("Idempotency-Key", out var key))
                await idempotency.InvokeAsync(http, user, key.ToString(), next);
            else if (RestrictedView.Applies(policy, user))
                await RestrictedView.InvokeAsync(http, policy.RequiredScope!, next);
            else
                await next(http);
            if (
                !http.Response.HasStarted
                && http.Response.StatusCode >= 400
                && http.Response.ContentLength is null or 0
                && http.Response.ContentType is null
            )
                await ProblemAnswer.WriteAsync(http, ProblemAnswer.OfStatus(http.Response.StatusCode));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; nobody reads an answer.
            http.Response.StatusCode = 499;
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            // By the function's name, not the address: what a caller wrote stays out of the log.
            if (e is ProblemException { Problem.Status: 403 } refused)
                Log.Refused(log, refused.Problem.Code, http.GetEndpoint()?.DisplayName, http.Features.Get<CurrentUser>()?.Id);
            await ProblemAnswer.WriteAsync(http, ProblemAnswer.Of(e, log));
        }
    }

    /// <summary>Guard, authentication, limit, authorization: who this is and whether they may go on.</summary>
    private async ValueTask<CurrentUser?> AdmitAsync(HttpContext http, EndpointPolicy policy)
    {
        var ip = address.Of(http);
        if (policy.Unlimited) limits.Show(http, ip);
        else limits.Guard(http, ip);

        var user = await AuthenticateAsync(http, policy, ip);
        if (!policy.Unlimited) await limits.ChargeAsync(http, policy, user, ip);
        if (ReferenceEquals(policy, EndpointPolicy.Unknown)) throw Problems.NotFound();
        if (policy.Anonymous) return user;
        if (user is null) throw Problems.Unauthenticated();
        if (user.Scopes is { } scopes)
        {
            if (policy.Scope is null) throw Problems.Forbidden("An API key cannot call this; sign in instead.");
            if (!scopes.Contains(policy.Scope)) throw Problems.InsufficientScope(policy.Scope);
        }
        if (policy.Role is { } role && !user.Roles.Contains(role)) throw Problems.Forbidden($"This needs the role {role}.");
        return user;
    }

    private async ValueTask<CurrentUser?> AuthenticateAsync(HttpContext http, EndpointPolicy policy, string ip)
    {
        try
        {
            var user = await authenticator.AuthenticateAsync(http);
            if (user is not null) http.Features.Set(user);
            return user;
        }
        catch (ProblemException e) when (e.Problem.Status == 401)
        {
            // A stale token must not keep a browser from signing in or from reading what is public.
            if (policy.Anonymous) return null;
            // Guessing tokens is paid for like any anonymous call.
            await limits.ChargeAsync(http, policy, null, ip);
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Refused with {Code}: {Function} to user {User}")]
        public static partial void Refused(ILogger log, string code, string? function, Guid? user);
    }
}
