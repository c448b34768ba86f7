using AgentInvest.Auth.Admin;
using AgentInvest.Auth.Audit;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;

namespace AgentInvest.Functions.Auth;

/// <summary>
/// What administrators do, and the audit's own timer. Their addresses begin with <c>admin</c>, which the Functions host refuses as the
/// beginning of a route's text and takes as a parameter of this one value.
/// </summary>
[RequireRole("admin")]
public sealed class AdminFunctions(ListUsers users, ChangeRights rights, EndUserSessions sessions, ListAudit audit, AnchorAudit anchor)
{
    [Function("ListUsers")]
    [Describe(
        "List users",
        Parameters = typeof(ListUsers.Query),
        Response = typeof(ListPage<UserSummary>),
        Problems = ["403 forbidden"]
    )]
    public async Task<IResult> Users(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{area:regex(^admin$)}/users")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await users.HandleAsync(QueryReader.Read<ListUsers.Query>(request), ct));

    [Function("SetUserRoles")]
    [Describe(
        "Set a user's roles",
        Detail = "user, analyst, admin. Tokens issued before stop working. The last administrator keeps the role.",
        Request = typeof(ChangeRights.RolesRequest),
        Status = 204,
        Problems = ["403 forbidden", "404 not_found", "409 conflict"]
    )]
    public async Task<IResult> SetRoles(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "{area:regex(^admin$)}/users/{id}/roles")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        await rights.SetRolesAsync(id, await Body.ReadAsync<ChangeRights.RolesRequest>(request, ct), ct);
        return Answer.NoContent();
    }

    [Function("SetUserTier")]
    [Describe(
        "Set a user's tier",
        Detail = "free or premium. Tokens issued before stop working.",
        Request = typeof(ChangeRights.TierRequest),
        Status = 204,
        Problems = ["403 forbidden", "404 not_found"]
    )]
    public async Task<IResult> SetTier(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "{area:regex(^admin$)}/users/{id}/tier")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        await rights.SetTierAsync(id, await Body.ReadAsync<ChangeRights.TierRequest>(request, ct), ct);
        return Answer.NoContent();
    }

    [Function("EndUserSessions")]
    [Describe("End all sessions of a user", Status = 204, Problems = ["403 forbidden", "404 not_found"])]
    public async Task<IResult> EndSessions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{area:regex(^admin$)}/users/{id}/sessions")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        await sessions.HandleAsync(id, ct);
        return Answer.NoContent();
    }

    [Function("ListAudit")]
    [Describe(
        "List the audit log, newest first",
        Parameters = typeof(ListAudit.Query),
        Response = typeof(ListPage<AuditEntry>),
        Problems = ["403 forbidden"]
    )]
    public async Task<IResult> Audit(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{area:regex(^admin$)}/audit")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await audit.HandleAsync(QueryReader.Read<ListAudit.Query>(request), ct));

    [Function("AnchorAudit")]
    public Task AnchorAudit([TimerTrigger("*/2 * * * * *")] TimerInfo timer, CancellationToken ct) => anchor.HandleAsync(ct);
}
