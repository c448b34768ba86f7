using System.Text.Json;
using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Data;

/// <summary>
/// POST /auth/me/export, GET /auth/me/export/{id}: everything held on the caller, gathered by a timer, sealed under the user's key and kept
/// for a day.
/// </summary>
public sealed class ExportMe
{
    private const string OutboxKind = "auth.export";
    private const string Table = "auth.exports";
    internal static readonly TimeSpan Kept = TimeSpan.FromDays(1);
    private readonly Db _db;
    private readonly Users _users;
    private readonly Outbox _outbox;
    private readonly IReadOnlyList<IUserData> _features;
    private readonly TimeProvider _time;

    internal ExportMe(Db db, Users users, Outbox outbox, IEnumerable<IUserData> features, TimeProvider time) =>
        (_db, _users, _outbox, _features, _time) = (db, users, outbox, features.ToList(), time);

    public sealed record Response(Guid ExportId);
    public sealed record Order(Guid UserId, Guid Id);

    /// <summary>What is held, by table.</summary>
    public sealed record Content(DateTimeOffset ExportedAt, IReadOnlyDictionary<string, JsonElement> Data);

    public Task<Response> StartAsync(CurrentUser caller, CancellationToken ct) =>
        _db.InTransactionAsync(
            async tx =>
            {
                var id = Guid.CreateVersion7();
                await tx.ExecuteAsync(
                    "insert into auth.exports (user_id, id, created_at) values ($1, $2, $3)",
                    ct,
                    caller.Id,
                    id,
                    _time.GetUtcNow()
                );
                await Outbox.AddAsync(tx, OutboxKind, new Order(caller.Id, id), null, ct);
                await AuditLog.AddAsync(tx, caller.Id, "auth.export_ordered", new { id }, _time.GetUtcNow(), ct);
                return new Response(id);
            },
            ct
        );

    /// <summary>Null until it is ready.</summary>
    public async Task<Content?> FindAsync(CurrentUser caller, string id, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var guid)) throw Problems.NotFound();
        var found = await _db.OneAsync(
            "select content from auth.exports where user_id = $1 and id = $2 and created_at > $3",
            r => (Exists: true, Bytes: r.IsDBNull(0) ? null : r.GetFieldValue<byte[]>(0)),
            ct,
            caller.Id,
            guid,
            _time.GetUtcNow() - Kept
        );
        if (!found.Exists || await _users.FindByIdAsync(caller.Id, ct) is not { } user) throw Problems.NotFound();
        return found.Bytes is null
            ? null
            : JsonSerializer.Deserialize<Content>(user.Key.Open(Table, "content", guid, found.Bytes), Json.Options);
    }

    public Task GatherAsync(CancellationToken ct) => _outbox.DrainAsync<Order>(OutboxKind, order => GatherAsync(order, ct), ct);

    private async Task GatherAsync(Order order, CancellationToken ct)
    {
        if (await _users.FindByIdAsync(order.UserId, ct) is not { } user) return;
        var data = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var feature in _features)
            foreach (var (name, held) in await feature.ExportAsync(order.UserId, ct))
            data[name] = JsonSerializer.SerializeToElement(held, Json.Options);
        var content = JsonSerializer.SerializeToUtf8Bytes(new Content(_time.GetUtcNow(), data), Json.Options);
        await _db.ExecuteAsync(
            "update auth.exports set content = $3, ready_at = $4 where user_id = $1 and id = $2",
            ct,
            order.UserId,
            order.Id,
            user.Key.Seal(Table, "content", order.Id, content),
            _time.GetUtcNow()
        );
    }
}
