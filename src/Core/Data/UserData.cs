using AgentInvest.Core.Data;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Core.Data;

/// <summary>
/// What a feature holds on a user: told by export, gone by erasure. A test walks the database's catalogue, so that no table with a
/// <c>user_id</c> is forgotten. A feature with plain tables says <see cref="UserDataServices.AddUserTables"/> and is done.
/// </summary>
public interface IUserData
{
    /// <summary>Every table of the feature with a <c>user_id</c>, with its schema.</summary>
    IReadOnlyList<string> Tables { get; }

    /// <summary>What is held, by name; secrets and hashes left out.</summary>
    Task<IReadOnlyDictionary<string, object?>> ExportAsync(Guid user, CancellationToken ct);

    /// <summary>Deletes it all, in the transaction that destroys the user's key; may be asked for again.</summary>
    Task EraseAsync(Tx tx, Guid user, CancellationToken ct);
}

public static class UserDataServices
{
    /// <param name="schema">The feature's.</param>
    /// <param name="tables">In the order in which rows may be deleted. Exported as they are, but for <c>user_id</c>.</param>
    public static IServiceCollection AddUserTables(this IServiceCollection services, string schema, params string[] tables) =>
        services.AddSingleton<IUserData>(s => new UserTables(
            s.GetRequiredService<Db>(),
            tables.Select(t => schema + "." + t).ToList(),
            []
        ));

    /// <summary>For tables that tell a user nothing: erased, not exported.</summary>
    public static IServiceCollection AddUserTablesWithoutExport(this IServiceCollection services, string schema, params string[] tables) =>
        services.AddSingleton<IUserData>(s => new UserTables(
            s.GetRequiredService<Db>(),
            [],
            tables.Select(t => schema + "." + t).ToList()
        ));
}

/// <summary>Tables whose rows are told and deleted as they are. Names come from code, never from a request.</summary>
internal sealed class UserTables(Db db, IReadOnlyList<string> told, IReadOnlyList<string> untold) : IUserData
{
    public IReadOnlyList<string> Tables { get; } = [.. told, .. untold];

    public async Task<IReadOnlyDictionary<string, object?>> ExportAsync(Guid user, CancellationToken ct)
    {
        var held = new Dictionary<string, object?>();
        foreach (var table in told)
            held[table] = await db.ListAsync(
                $"select (to_jsonb(t) - 'user_id')::text from {table} t where user_id = $1",
                r => JsonSerializer.Deserialize<JsonElement>(r.GetString(0)),
                ct,
                user
            );
        return held;
    }

    public async Task EraseAsync(Tx tx, Guid user, CancellationToken ct)
    {
        foreach (var table in Tables) await tx.ExecuteAsync($"delete from {table} where user_id = $1", ct, user);
    }
}
