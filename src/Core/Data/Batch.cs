using Npgsql;

namespace AgentInvest.Core.Data;

/// <summary>
/// Statements of one transaction that travel to the server together, in order: each sees what those before it did, and none waits for the
/// network.
/// </summary>
public sealed class Batch
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly List<NpgsqlBatchCommand> _commands = [];
    private readonly List<Func<NpgsqlDataReader, CancellationToken, Task>> _readers = [];

    internal Batch(NpgsqlConnection connection, NpgsqlTransaction transaction) => (_connection, _transaction) = (connection, transaction);

    /// <summary>Rows that a statement will have answered once the batch has run.</summary>
    public sealed class Rows<T>
    {
        internal List<T> Read { get; } = [];

        public IReadOnlyList<T> All => Read;

        /// <summary>The first row, or default when there is none.</summary>
        public T? First => Read.Count > 0 ? Read[0] : default;
    }

    /// <summary>A statement that answers rows: <c>select</c>, or one with <c>returning</c>.</summary>
    public Rows<T> Add<T>(string sql, Func<NpgsqlDataReader, T> map, params object?[] args)
    {
        var rows = new Rows<T>();
        Execute(sql, args);
        _readers.Add(async (reader, ct) =>
        {
            while (await reader.ReadAsync(ct)) rows.Read.Add(map(reader));
        });
        return rows;
    }

    /// <summary>A statement that answers none.</summary>
    public void Execute(string sql, params object?[] args)
    {
        var command = new NpgsqlBatchCommand(sql);
        Sql.Fill(command.Parameters, args);
        _commands.Add(command);
    }

    public async Task RunAsync(CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(_connection, _transaction);
        foreach (var command in _commands) batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        // The reader stops at those that answer rows. To the very end, so that an error of the last is not lost.
        foreach (var read in _readers)
        {
            await read(reader, ct);
            await reader.NextResultAsync(ct);
        }
        while (await reader.NextResultAsync(ct)) { }
    }
}
