using System.Text.Json;
using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Data;

/// <summary>
/// POST /auth/me/export, GET /auth/me/export/{id}: everything held on the caller by any feature, gathered by a timer, sealed under the
/// user's key and kept for a day.
/// </summary>
[Singleton]
public sealed class ExportMe(Db db, Users users, UserTables tables, IdentityData identity, Outbox outbox, TimeProvider time)
{
    private const string OutboxKind = "auth.export";
    private const string Table = "auth.exports";
    internal static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    public sealed record Response(Guid ExportId);
    public sealed record Order(Guid UserId, Guid Id);

    /// <summary>What is held, by table.</summary>
    public sealed record UserExport(DateTimeOffset ExportedAt, IReadOnlyDictionary<string, JsonElement> Data);

    public Task<Response> StartAsync(CurrentUser caller, CancellationToken ct) =>
        db.InTransactionAsync(
            async tx =>
            {
                var id = Guid.CreateVersion7();
                await tx.ExecuteAsync(
                    "insert into auth.exports (user_id, id, created_at) values ($1, $2, $3)",
                    ct,
                    caller.Id,
                    id,
                    time.GetUtcNow()
                );
                await Outbox.AddAsync(tx, OutboxKind, new Order(caller.Id, id), null, ct);
                await AuditLog.AddAsync(tx, caller.Id, "auth.export_ordered", new { id }, time.GetUtcNow(), ct);
                return new Response(id);
            },
            ct
        );

    /// <summary>Null until it is ready.</summary>
    public async Task<UserExport?> FindAsync(CurrentUser caller, string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var guid)) throw Problems.NotFound();
        var found = await db.OneAsync(
            "select content from auth.exports where user_id = $1 and id = $2 and created_at > $3",
            r => (Exists: true, Bytes: r.IsDBNull(0) ? null : r.GetFieldValue<byte[]>(0)),
            ct,
            caller.Id,
            guid,
            time.GetUtcNow() - Lifetime
        );
        if (!found.Exists || await users.FindByIdAsync(caller.Id, ct) is not { } user) throw Problems.NotFound();
        return found.Bytes is null
            ? null
            : JsonSerializer.Deserialize<UserExport>(user.Key.Open(Table, "content", guid, found.Bytes), Json.Options);
    }

    public Task GatherAsync(CancellationToken ct) => outbox.DrainAsync<Order>(OutboxKind, order => GatherAsync(order, ct), ct);

    private async Task GatherAsync(Order order, CancellationToken ct)
    {
        if (await users.FindByIdAsync(order.UserId, ct) is not { } user) return;
        var data = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, held) in await identity.ExportAsync(order.UserId, ct))
            data[name] = JsonSerializer.SerializeToElement(held, Json.Options);
        foreach (var table in await tables.ListAsync(ct))
            if (table.IsExported && !data.ContainsKey(table.Name))
                data[table.Name] = JsonSerializer.SerializeToElement(await tables.ExportAsync(table, order.UserId, ct), Json.Options);
        var content = JsonSerializer.SerializeToUtf8Bytes(new UserExport(time.GetUtcNow(), data), Json.Options);
        await db.ExecuteAsync(
            "update auth.exports set content = $3, ready_at = $4 where user_id = $1 and id = $2",
            ct,
            order.UserId,
            order.Id,
            user.Key.Seal(Table, "content", order.Id, content),
            time.GetUtcNow()
        );
    }
}
