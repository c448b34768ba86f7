using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OtpNet;

namespace AgentInvest.Api.Tests;

/// <summary>An operation of the OpenAPI document.</summary>
internal sealed record Operation(string Id, HttpMethod Method, string Path, JsonElement Description)
{
    public bool IsAnonymous => Description.GetProperty("security").GetArrayLength() == 0;

    public bool IsLimited => Description.GetProperty("responses").TryGetProperty("429", out _);

    public IReadOnlyList<JsonElement> Parameters { get; } =
        Description.TryGetProperty("parameters", out var parameters)
            ? [.. parameters.EnumerateArray().Where(p => p.TryGetProperty("in", out _))]
            : [];

    public JsonElement? Body => Description.TryGetProperty("requestBody", out var body) ? body.GetProperty("content") : null;

    /// <summary>The document's example of the body; null where there is no body.</summary>
    public HttpContent? Example()
    {
        foreach (var media in Body?.EnumerateObject() ?? default)
            if (media.Value.TryGetProperty("example", out var example))
                return Content(example.ValueKind == JsonValueKind.String ? example.GetString()! : example.GetRawText(), media.Name);
        return null;
    }

    public static HttpContent Content(string text, string type = "application/json") =>
        new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue(type));
}

/// <summary>What was answered, as <c>validate.mjs</c> reads it.</summary>
internal sealed record RecordedAnswer(
    string OperationId,
    string Method,
    string Path,
    int Status,
    string? ContentType,
    IReadOnlyDictionary<string, string> Headers,
    string Body
);

/// <summary>
/// Calls every operation of the document against a host, with the document's own examples where those do, and keeps the answers.
/// </summary>
internal sealed partial class OperationWalk(TestHost host, JsonElement document)
{
    /// <summary>What a host of tests cannot answer with success.</summary>
    public static readonly IReadOnlyDictionary<string, string> WithoutSuccess = new Dictionary<string, string>
    {
        ["StartOAuth"] = "no provider is configured; OAuthTests has some",
        ["FinishOAuth"] = "a provider calls it; OAuthTests",
        ["FinishOAuthPost"] = "a provider calls it; OAuthTests",
        ["ExchangeOAuthCode"] = "the code comes from a provider; OAuthTests",
        ["LinkOAuth"] = "the token comes from a provider; OAuthTests",
        ["AddPasskey"] = "an authenticator signs it; PasskeyTests has a browser's",
        ["PasskeyLogin"] = "an authenticator signs it; PasskeyTests has a browser's",
    };

    /// <summary>What is called by name, by somebody of its own, as it ends sessions or takes what a mail or an answer told.</summary>
    private static readonly string[] ByName =
    [
        "Register",
        "VerifyEmail",
        "Login",
        "Refresh",
        "Logout",
        "ForgotPassword",
        "ResetPassword",
        "ChangePassword",
        "ChangeEmail",
        "ConfirmEmailChange",
        "StartTotp",
        "ConfirmTotp",
        "VerifyMfa",
        "RemoveTotp",
        "DeleteMe",
        "GetExport",
    ];

    private readonly Dictionary<string, Operation> _operations = Read(document).ToDictionary(o => o.Id);
    private readonly List<RecordedAnswer> _answers = [];

    /// <summary>What stands for a path's parameter, by the path up to it; learned from the answers.</summary>
    private readonly Dictionary<string, string> _ids = [];

    public IReadOnlyCollection<Operation> Operations => _operations.Values;
    public IReadOnlyList<RecordedAnswer> Answers => _answers;

    public static IEnumerable<Operation> Read(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select new Operation(
            operation.Value.GetProperty("operationId").GetString()!,
            HttpMethod.Parse(operation.Name),
            path.Name,
            operation.Value
        );

    public async Task SucceedAsync()
    {
        await SignInAsync();
        await RecoverAsync();
        await UseSecondFactorAsync();
        await UseTheRestAsync();
    }

    /// <summary>Without a sign-in where one is needed, else with what cannot be read, else once too often.</summary>
    public async Task FailAsync(TestHost limited)
    {
        var nobody = new TestUser(host.Url, "", "");
        foreach (var operation in _operations.Values)
        {
            if (!operation.IsAnonymous)
                await CallAsync(nobody, operation.Id);
            else if (operation.Body is not null)
                await CallAsync(nobody, operation.Id, """{"unknown":true}""");
            else if (operation.Path.Contains('{', StringComparison.Ordinal))
                await SendAsync(nobody, operation, Fill(operation, _ => "a%20b"), null);
            else if (operation.Parameters.Any(p => p.GetProperty("in").GetString() == "query" && p.GetProperty("required").GetBoolean()))
                await SendAsync(nobody, operation, operation.Path, null);
            else if (operation.IsLimited)
                for (var i = 0; i < 60; i++)
                    if (
                        (await SendAsync(new TestUser(limited.Url, "", ""), operation, operation.Path, null)).Status
                        == (System.Net.HttpStatusCode)429
                    )
                        break;
        }
    }

    /// <summary>Each example of a body, sent by a signed-in user: the operations whose example is not valid, with what is wrong.</summary>
    public async Task<IReadOnlyList<string>> SendExamplesAsync()
    {
        var faults = new List<string>();
        foreach (var operation in _operations.Values.Where(o => o.Body is not null))
        {
            if (operation.Example() is not { } example)
            {
                faults.Add($"{operation.Id}: has no example of its body");
                continue;
            }
            var user = await host.SignUpAsync();
            var reply = await SendAsync(
                user,
                operation,
                Fill(operation, p => Example(operation, p) ?? Guid.NewGuid().ToString()) + Query(operation),
                example
            );
            if ((int)reply.Status == 400 && reply.Code == "validation_failed")
                faults.Add($"{operation.Id}: {reply.Text}");
        }
        return faults;
    }

    private async Task SignInAsync()
    {
        var user = NewUser();
        await CallAsync(user, "Register", new { email = user.Email, password = user.Password });
        await CallAsync(user, "VerifyEmail", new { token = await MailedTokenAsync(user) });
        var tokens = (await CallAsync(user, "Login", new { email = user.Email, password = user.Password })).Json;
        await CallAsync(user, "Refresh", new { refreshToken = tokens.GetProperty("refreshToken").GetString() });
        await CallAsync(user, "Login", new { email = user.Email, password = user.Password }, "?cookie=true");
        user.Token = tokens.GetProperty("accessToken").GetString()!;
        await CallAsync(user, "Logout", new { });
        await user.LogInAsync();
        await CallAsync(user, "DeleteMe", new { password = user.Password });
    }

    private async Task RecoverAsync()
    {
        var user = await host.SignUpAsync();
        await CallAsync(user, "ForgotPassword", new { email = user.Email });
        await CallAsync(user, "ResetPassword", new { token = await MailedTokenAsync(user), newPassword = user.Password });
        await user.LogInAsync();
        await CallAsync(user, "ChangePassword", new { currentPassword = user.Password, newPassword = "another passphrase of mine" });
        var moved = NewUser();
        await CallAsync(user, "ChangeEmail", new { email = moved.Email, password = "another passphrase of mine" });
        await CallAsync(user, "ConfirmEmailChange", new { token = await MailedTokenAsync(moved) });
    }

    private async Task UseSecondFactorAsync()
    {
        var user = await host.SignUpAsync();
        var secret = Base32Encoding.ToBytes((await CallAsync(user, "StartTotp")).Json.GetProperty("secret").GetString());
        string Code(int step) => new Totp(secret).ComputeTotp(host.Time.GetUtcNow().UtcDateTime.AddSeconds(30 * step));
        var codes = (await CallAsync(user, "ConfirmTotp", new { code = Code(0) })).Json.GetProperty("recoveryCodes");
        var challenge = (await CallAsync(user, "Login", new { email = user.Email, password = user.Password })).Json;
        await CallAsync(user, "VerifyMfa", new { mfaToken = challenge.GetProperty("mfaToken").GetString(), code = codes[0].GetString() });
        await CallAsync(user, "RemoveTotp", new { code = codes[1].GetString() });
    }

    private async Task UseTheRestAsync()
    {
        var user = await host.SignUpAsync();
        var session = (await user.GetAsync("/v1/auth/sessions")).Json.GetProperty("items")[0].GetProperty("id").GetString()!;
        await user.LogInAsync();
        var me = Guid.Parse((await user.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetString()!);
        var admin = await AdminTests.AdminAsync(host);
        _ids["/v1/auth/sessions/{id}"] = session;
        _ids["/v1/auth/passkeys/{id}"] = await AddPasskeyAsync(me);
        _ids["/v1/admin/users/{id}"] = (await admin.GetAsync("/v1/auth/me")).Json.GetProperty("id").GetString()!;
        string[] first = ["RecordTransaction", "CreateInstrument", "PutTargets"];
        var rest = _operations
            .Values.Where(o => !ByName.Contains(o.Id) && !WithoutSuccess.ContainsKey(o.Id))
            .OrderBy(o => Array.IndexOf(first, o.Id) is >= 0 and var place ? place : first.Length)
            // What reads a thing comes before what ends it, and what ends an entry before what closes the holding.
            .ThenBy(o =>
                o.Method.Method switch
                {
                    "POST" or "PUT" => 0,
                    "PATCH" => 1,
                    "GET" => 2,
                    _ => o.Id == "DeleteTransaction" ? 3 : 4,
                }
            )
            .ToList();
        foreach (var operation in rest.Where(o => o.Path.StartsWith("/v1/admin/", StringComparison.Ordinal) == false))
            Learn(operation, await CallExampleAsync(user, operation));
        for (var i = 0; i < 100; i++)
            if ((await CallAsync(user, "GetExport")).Status == System.Net.HttpStatusCode.OK)
                break;
            else
                await Task.Delay(100);
        // On a user of no consequence, as the last administrator keeps the role.
        _ids["/v1/admin/users/{id}"] = me.ToString();
        foreach (var operation in rest.Where(o => o.Path.StartsWith("/v1/admin/", StringComparison.Ordinal)))
            await CallExampleAsync(admin, operation);
    }

    private Task<Reply> CallExampleAsync(TestUser user, Operation operation) =>
        SendAsync(user, operation, Fill(operation) + Query(operation), operation.Example());

    private Task<Reply> CallAsync(TestUser user, string id, object? body = null, string query = "")
    {
        var operation = _operations[id];
        var text = body as string ?? (body is null ? null : JsonSerializer.Serialize(body));
        return SendAsync(user, operation, Fill(operation) + query, text is null ? null : Operation.Content(text));
    }

    private async Task<Reply> SendAsync(TestUser user, Operation operation, string path, HttpContent? content)
    {
        var reply = await user.SendAsync(operation.Method, path, content);
        _answers.Add(
            new RecordedAnswer(
                operation.Id,
                operation.Method.Method.ToLowerInvariant(),
                operation.Path,
                (int)reply.Status,
                reply.ContentHeaders.ContentType?.MediaType,
                reply.Headers.Concat(reply.ContentHeaders).ToDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(",", h.Value)),
                reply.Text
            )
        );
        return reply;
    }

    private string Fill(Operation operation) =>
        Fill(
            operation,
            parameter =>
                _ids.GetValueOrDefault(
                    operation.Path[..(operation.Path.IndexOf($"{{{parameter}}}", StringComparison.Ordinal) + parameter.Length + 2)]
                )
                ?? Example(operation, parameter)
                ?? Guid.Empty.ToString()
        );

    private static string Fill(Operation operation, Func<string, string> value) =>
        PathParameter().Replace(operation.Path, m => value(m.Groups[1].Value));

    private static string? Example(Operation operation, string parameter) =>
        operation.Parameters.Single(p => p.GetProperty("name").GetString() == parameter).TryGetProperty("example", out var example)
            ? example.GetString()
            : null;

    /// <summary>The query parameters that have an example.</summary>
    private static string Query(Operation operation)
    {
        var pairs =
            from parameter in operation.Parameters
            where parameter.GetProperty("in").GetString() == "query" && parameter.TryGetProperty("example", out _)
            let example = parameter.GetProperty("example")
            let text = example.ValueKind == JsonValueKind.Array
                ? string.Join(",", example.EnumerateArray().Select(e => e.ToString()))
                : example.ToString()
            select $"{parameter.GetProperty("name").GetString()}={Uri.EscapeDataString(text)}";
        return string.Join("&", pairs) is { Length: > 0 } query ? "?" + query : "";
    }

    /// <summary>The id of what was made stands for it in the paths below; a corrected entry has a new one.</summary>
    private void Learn(Operation operation, Reply reply)
    {
        if ((int)reply.Status is not (200 or 201 or 202) || reply.ContentHeaders.ContentType?.MediaType != "application/json")
            return;
        if (reply.Json.ValueKind != JsonValueKind.Object)
            return;
        string? Text(string member) => reply.Json.TryGetProperty(member, out var value) ? value.ToString() : null;
        var collection = operation.Path.EndsWith("/{id}", StringComparison.Ordinal) ? operation.Path : operation.Path + "/{id}";
        if (operation.Method == HttpMethod.Post && (Text("id") ?? Text("exportId")) is { } made)
            _ids[collection] = made;
        if (operation.Method == HttpMethod.Patch && Text("id") is { } corrected)
            _ids[collection] = corrected;
        if (Text("instanceId") is { } job)
            _ids["/v1/jobs/{instanceId}"] = job;
        if (operation.Id == "CreateShare" && Text("token") is { } token)
            _ids["/v1/shared/{token}"] = token;
    }

    private TestUser NewUser() => new(host.Url, $"walker-{Guid.NewGuid():N}@example.com", "seven otters drift past Oslo");

    private static async Task<string> MailedTokenAsync(TestUser user) => (await user.LatestMailAsync()).GetProperty("token").GetString()!;

    private async Task<string> AddPasskeyAsync(Guid user)
    {
        var passkey = Guid.CreateVersion7();
        await TestSql.ExecuteAsync(
            host.ConnectionString,
            """
            insert into auth.passkeys
                (credential_id, id, user_id, name, public_key, sign_count, transports, backup_eligible, backed_up, created_at)
            values ($1, $2, $3, '', '\x01', 0, '{}', false, false, now())
            """,
            passkey.ToByteArray(),
            passkey,
            user
        );
        return passkey.ToString();
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();
}
