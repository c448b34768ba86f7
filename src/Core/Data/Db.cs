using AgentInvest.Core.Http;
using Npgsql;

namespace AgentInvest.Core.Data;

/// <summary>
/// PostgreSQL by plain SQL with <c>$1</c> parameters, rows mapped by a function. Statements are prepared automatically after a
/// few uses. Arguments may be null (cast in SQL where the type is not evident: <c>$1::text</c>), arrays (<c>= any($1)</c>) or an
/// <see cref="NpgsqlParameter"/>.
/// </summary>
public sealed class Db(NpgsqlDataSource primary, NpgsqlDataSource read) : IAsyncDisposable
{
    /// <summary>
    /// The transaction of the request under way, which <see cref="InTransactionAsync{T}"/> joins. Plain reads never do: they may run in a
    /// cache's own task.
    /// </summary>
    internal static readonly AsyncLocal<Tx?> Ambient = new();

    /// <summary>The primary, for COPY and LISTEN.</summary>
    public NpgsqlDataSource Primary => primary;

    /// <summary>The replica where one is configured, else the primary: only for reads that may be a moment old.</summary>
    public NpgsqlDataSource Read => read;

    public async Task<int> ExecuteAsync(string sql, CancellationToken ct, params object?[] args)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await Sql.ExecuteAsync(connection, null, sql, ct, args);
    }

    /// <summary>The first row mapped, or default when there is none.</summary>
    public async Task<T?> OneAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken ct, params object?[] args)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await Sql.OneAsync(connection, null, sql, map, ct, args);
    }

    public async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken ct, params object?[] args)
    {
        await using var connection = await primary.OpenConnectionAsync(ct);
        return await Sql.ListAsync(connection, null, sql, map, ct, args);
    }

    /// <summary>Like <see cref="ListAsync"/>, from the replica where there is one.</summary>
    public async Task<List<T>> ListFromReplicaAsync<T>(
        string sql,
        Func<NpgsqlDataReader, T> map,
        CancellationToken ct,
        params object?[] args
    )
    {
        await using var connection = await read.OpenConnectionAsync(ct);
        return await Sql.ListAsync(connection, null, sql, map, ct, args);
    }

    /// <summary>
    /// Runs <paramref name="work"/> in one transaction: committed when it returns, rolled back when it throws.
    /// A request with an Idempotency-Key has a transaction already, which keeps its answer too: then the work joins that one.
    /// </summary>
    public async Task<T> InTransactionAsync<T>(Func<Tx, Task<T>> work, CancellationToken ct)
    {
        if (Ambient.Value is { } outer) return await work(outer.Joined());
        await using var connection = await primary.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var tx = new Tx(connection, transaction);
        var result = await work(tx);
        // Past this point the caller's going away must not leave the outcome open.
        if (!tx.IsCommitted) await transaction.CommitAsync(CancellationToken.None);
        return result;
    }

    public Task InTransactionAsync(Func<Tx, Task> work, CancellationToken ct) =>
        InTransactionAsync(async tx => { await work(tx); return true; }, ct);

    public async ValueTask DisposeAsync()
    {
        await primary.DisposeAsync();
        if (!ReferenceEquals(primary, read)) await read.DisposeAsync();
    }
}

/// <summary>One open transaction, with the same calls as <see cref="Db"/>.</summary>
public sealed class Tx(NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    private bool _isJoined;

    /// <summary>For COPY inside the transaction.</summary>
    public NpgsqlConnection Connection => connection;

    internal bool IsCommitted { get; private set; }

    /// <summary>A statement after the commit would stand by itself, which nobody who writes one here expects.</summary>
    private NpgsqlTransaction Open =>
        IsCommitted ? throw new InvalidOperationException("The transaction has been committed.") : transaction;

    /// <summary>The same transaction for work that is only a part of it, and must not end it.</summary>
    internal Tx Joined() => new(connection, transaction) { _isJoined = true };

    public Batch Batch() => new(connection, Open);

    /// <summary>
    /// Runs the transaction's last statements, and commits in the same trip unless this is only a part of it. Nothing may be asked of it
    /// afterwards.
    /// </summary>
    public async Task RunLastAsync(Batch batch, CancellationToken ct)
    {
        if (_isJoined)
        {
            await batch.RunAsync(ct);
            return;
        }
        batch.Execute("commit");
        // The caller's going away must not leave the outcome open.
        await batch.RunAsync(CancellationToken.None);
        IsCommitted = true;
    }

    public Task<int> ExecuteAsync(string sql, CancellationToken ct, params object?[] args) =>
        Sql.ExecuteAsync(connection, Open, sql, ct, args);
    public Task<T?> OneAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken ct, params object?[] args) =>
        Sql.OneAsync(connection, Open, sql, map, ct, args);
    public Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> map, CancellationToken ct, params object?[] args) =>
        Sql.ListAsync(connection, Open, sql, map, ct, args);
}

internal static class Sql
{
    public static async Task<int> ExecuteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        string sql,
        CancellationToken ct,
        object?[] args
    )
    {
        await using var command = Command(connection, transaction, sql, args);
        return await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<T?> OneAsync<T>(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        string sql,
        Func<NpgsqlDataReader, T> map,
        CancellationToken ct,
        object?[] args
    )
    {
        await using var command = Command(connection, transaction, sql, args);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var result = await reader.ReadAsync(ct) ? map(reader) : default;
        // An error after the first row (a raised exception, a failed constraint) must not be lost.
        while (await reader.NextResultAsync(ct)) { }
        return result;
    }

    public static async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection,
        NpgsqlTransaction? transaction,
        string sql,
        Func<NpgsqlDataReader, T> map,
        CancellationToken ct,
        object?[] args
    )
    {
        await using var command = Command(connection, transaction, sql, args);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(map(reader));
        return rows;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction? transaction, string sql, object?[] args)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        Fill(command.Parameters, args);
        return command;
    }

    public static void Fill(NpgsqlParameterCollection parameters, object?[] args)
    {
        foreach (var arg in args) parameters.Add(arg as NpgsqlParameter ?? new NpgsqlParameter { Value = arg ?? DBNull.Value });
    }
}

/// <summary>Nullable columns, read without ceremony.</summary>
public static class ReaderExtensions
{
    public static T? Nullable<T>(this NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
    public static string? Text(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    public static DateTimeOffset Instant(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);
    public static DateOnly Day(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateOnly>(column);
}
