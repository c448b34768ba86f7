using System.Text.Json;

namespace AgentInvest.Core.Data;

/// <summary>A table that holds rows of a user.</summary>
/// <param name="Name">With its schema, <c>portfolio.transactions</c>.</param>
/// <param name="IsExported">False where its rows tell a user nothing: erased, not exported.</param>
/// <param name="Omitted">Columns that an export leaves out: hashes, keys and what is sealed.</param>
/// <param name="Identifier">Quoted by the database, to be written into SQL.</param>
public sealed record UserTable(string Name, bool IsExported, IReadOnlyList<string> Omitted, string Identifier);

/// <summary>
/// Every table with a <c>user_id</c>, as the migrations register them in <c>core.user_tables</c>. The app that exports and erases users
/// reads them there, because the features that own the tables run in other apps.
/// </summary>
[Singleton]
public sealed class UserTables(Db db)
{
    /// <summary>Ordered by name, so that two erasures take their locks in the same order.</summary>
    public Task<List<UserTable>> ListAsync(CancellationToken ct) =>
        db.ListAsync(
            """
            select t.name, t.exported, t.omitted, format('%I.%I', n.nspname, c.relname)
            from core.user_tables t join pg_class c on c.oid = to_regclass(t.name) join pg_namespace n on n.oid = c.relnamespace
            order by t.name
            """,
            r => new UserTable(r.GetString(0), r.GetBoolean(1), r.GetFieldValue<string[]>(2), r.GetString(3)),
            ct
        );

    /// <summary>The user's rows as they are, but for <c>user_id</c> and the omitted columns.</summary>
    public Task<List<JsonElement>> ExportAsync(UserTable table, Guid userId, CancellationToken ct) =>
        db.ListAsync(
            $"select (to_jsonb(t) - $2)::text from {table.Identifier} t where user_id = $1",
            r => JsonSerializer.Deserialize<JsonElement>(r.GetString(0)),
            ct,
            userId,
            table.Omitted.Append("user_id").ToArray()
        );

    /// <summary>Deletes the user's rows; may be repeated.</summary>
    public static Task EraseAsync(Tx tx, UserTable table, Guid userId, CancellationToken ct) =>
        tx.ExecuteAsync($"delete from {table.Identifier} where user_id = $1", ct, userId);
}
