using AgentInvest.Auth.ApiKeys;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Functions.Auth;

/// <summary>Keys for programs. Only a signed-in session manages them.</summary>
public sealed class ApiKeyFunctions(CreateApiKey create, ListApiKeys list, DeleteApiKey delete)
{
    [Function("CreateApiKey")]
    [Describe(
        "Create an API key",
        Detail = "`key` is answered once and goes into the header `X-Api-Key`. Without portfolio:read:values amounts and quantities are "
            + "null. A key never reaches /admin, passwords, second factors, sessions or keys.",
        Request = typeof(CreateApiKey.Request),
        Response = typeof(CreateApiKey.Response),
        Status = 201,
        Problems = ["409 conflict"]
    )]
    public async Task<IResult> Create(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "auth/api-keys")] HttpRequest request,
        CancellationToken ct
    )
    {
        var made = await create.HandleAsync(
            CurrentUser.Of(request.HttpContext),
            await Body.ReadAsync<CreateApiKey.Request>(request, ct),
            ct
        );
        return Answer.Created($"/v1/auth/api-keys/{made.Id}", made);
    }

    [Function("ListApiKeys")]
    [Describe("List the caller's API keys, newest first", Response = typeof(ListPage<ApiKeySummary>))]
    public async Task<IResult> List(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "auth/api-keys")] HttpRequest request,
        CancellationToken ct
    ) => Answer.Ok(await list.HandleAsync(CurrentUser.Of(request.HttpContext), ct));

    [Function("DeleteApiKey")]
    [Describe(
        "Delete an API key",
        Detail = "It stops here at once, on other hosts within a second.",
        Status = 204,
        Problems = ["404 not_found"]
    )]
    public async Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "auth/api-keys/{id}")] HttpRequest request,
        string id,
        CancellationToken ct
    )
    {
        await delete.HandleAsync(CurrentUser.Of(request.HttpContext), id, ct);
        return Answer.NoContent();
    }
}
