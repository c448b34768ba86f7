using System.Net;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.ApiKeys;

/// <summary>An API key without its secret.</summary>
/// <param name="Hint">How it begins, to tell it from others.</param>
/// <param name="AllowedNetworks">Addresses or networks it may be used from; null for any.</param>
public sealed record ApiKeySummary(
    Guid Id,
    string Name,
    string Hint,
    IReadOnlyList<ApiKeyScope> Scopes,
    IReadOnlyList<string>? AllowedNetworks,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt
)
{
    internal const string Columns = "id, name, hint, scopes, networks, created_at, expires_at, last_used_at";

    internal static ApiKeySummary Read(Npgsql.NpgsqlDataReader r) =>
        new(
            r.GetGuid(0),
            r.GetString(1),
            r.GetString(2),
            [.. r.GetFieldValue<string[]>(3).Select(EnumNames.Parse<ApiKeyScope>)],
            r.IsDBNull(4) ? null : r.GetFieldValue<string[]>(4),
            r.Instant(5),
            r.Nullable<DateTimeOffset>(6),
            r.Nullable<DateTimeOffset>(7)
        );
}

/// <summary>POST /auth/api-keys. The key is answered once; kept is its keyed hash.</summary>
[Singleton]
public sealed class CreateApiKey(Db db, ApiKeyVerifier verifier, TimeProvider time)
{
    private const int MaxKeys = 25;
    private const int MaxNetworks = 20;

    [Example("""{"name": "Notebook", "scopes": ["market:read", "portfolio:read"]}""")]
    public sealed record Request(
        string Name,
        IReadOnlyList<ApiKeyScope> Scopes,
        DateTimeOffset? ExpiresAt = null,
        IReadOnlyList<string>? AllowedNetworks = null
    );

    public sealed record Response(
        Guid Id,
        string Key,
        string Name,
        string Hint,
        IReadOnlyList<ApiKeyScope> Scopes,
        IReadOnlyList<string>? AllowedNetworks,
        DateTimeOffset CreatedAt,
        DateTimeOffset? ExpiresAt
    );

    public async Task<Response> HandleAsync(CurrentUser user, Request request, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var scopes = Checked(request, now);
        var key = ApiKey.New();
        var networks = request.AllowedNetworks is { Count: > 0 } given ? given.Select(Network).ToArray() : null;
        var view = await db.InTransactionAsync(
            async tx =>
            {
                // The owner's row makes two requests take turns, so that the count holds.
                var count = await tx.OneAsync(
                    "select (select count(*) from auth.api_keys k where k.user_id = u.id) from auth.users u where id = $1 for update",
                    r => (long?)r.GetInt64(0),
                    ct,
                    user.Id
                );
                if (count is null)
                    throw Problems.Unauthenticated();
                if (count >= MaxKeys)
                    throw Problems.Conflict($"There are {MaxKeys} keys already; delete one first.");
                var made = (
                    await tx.OneAsync(
                        $"""
                        insert into auth.api_keys (id, user_id, key_hash, name, hint, scopes, networks, created_at, expires_at)
                        values ($1, $2, $3, $4, $5, $6, $7::text[], $8, $9::timestamptz) returning {ApiKeySummary.Columns}
                        """,
                        ApiKeySummary.Read,
                        ct,
                        Guid.CreateVersion7(),
                        user.Id,
                        verifier.HashOf(key),
                        request.Name.Trim(),
                        ApiKey.HintOf(key),
                        scopes,
                        networks,
                        now,
                        request.ExpiresAt
                    )
                )!;
                await AuditLog.AddAsync(
                    tx,
                    user.Id,
                    "auth.api_key_created",
                    new
                    {
                        made.Id,
                        made.Scopes,
                        made.ExpiresAt,
                    },
                    now,
                    ct
                );
                return made;
            },
            ct
        );
        return new Response(view.Id, key, view.Name, view.Hint, view.Scopes, view.AllowedNetworks, view.CreatedAt, view.ExpiresAt);
    }

    private static string[] Checked(Request request, DateTimeOffset now)
    {
        var check = new Check();
        check.That(
            request.Name?.Trim() is { Length: >= 1 and <= 100 } name && !name.Any(char.IsControl),
            "name",
            "must have 1 to 100 characters, none of them control characters"
        );
        check.That(request.Scopes is { Count: > 0 }, "scopes", "must name at least one scope");
        check.That(!(request.ExpiresAt <= now), "expiresAt", "must be in the future");
        if (
            request.AllowedNetworks is { } networks
            && check.That(networks.Count <= MaxNetworks, "allowedNetworks", $"must have at most {MaxNetworks} entries")
        )
            for (var i = 0; i < networks.Count; i++)
                check.That(
                    TryNetwork(networks[i], out _),
                    $"allowedNetworks[{i}]",
                    "must be an address or a network such as 203.0.113.0/24"
                );
        check.ThrowIfAny();
        return [.. request.Scopes.Distinct().Select(EnumNames.Of)];
    }

    private static string Network(string text) => TryNetwork(text, out var network) ? network.ToString() : throw new FormatException(text);

    private static bool TryNetwork(string? text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address)) network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        else return IPNetwork.TryParse(text, out network);
        return true;
    }
}

/// <summary>GET /auth/api-keys.</summary>
[Singleton]
public sealed class ListApiKeys(Db db)
{
    public async Task<ListPage<ApiKeySummary>> HandleAsync(CurrentUser user, CancellationToken ct) =>
        new(
            await db.ListAsync(
                $"select {ApiKeySummary.Columns} from auth.api_keys where user_id = $1 order by id desc",
                ApiKeySummary.Read,
                ct,
                user.Id
            ),
            null
        );
}

/// <summary>DELETE /auth/api-keys/{id}: the key stops here now, on other hosts within a second.</summary>
[Singleton]
public sealed class DeleteApiKey(Db db, ApiKeyVerifier verifier, TimeProvider time)
{
    public async Task HandleAsync(CurrentUser user, string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var key)) throw Problems.NotFound();
        await db.InTransactionAsync(
            async tx =>
            {
                if (await tx.ExecuteAsync("delete from auth.api_keys where user_id = $1 and id = $2", ct, user.Id, key) == 0)
                    throw Problems.NotFound();
                await AuditLog.AddAsync(tx, user.Id, "auth.api_key_deleted", new { id = key }, time.GetUtcNow(), ct);
            },
            ct
        );
        verifier.Revoke(key);
    }
}
