using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Azure.Identity;

namespace AgentInvest.Auth.Audit;

/// <summary>
/// The anchor in Azure, its event log: a row per entry in a table that the database knows nothing of and that is there already. The
/// partition is the stream, the row key the entry's number at a width that sorts. Rows are only ever added.
/// </summary>
public sealed class TablesAuditAnchor(TableClient table) : IAuditAnchor
{
    public const string Table = "auditevents";

    /// <summary>Transactions of a table are of one partition and a hundred rows.</summary>
    private const int MaxRowsPerTransaction = 100;

    private const int MaxParallelTransactions = 16;

    /// <param name="storage">A connection string, or the endpoint of a storage account's tables that <paramref name="clientId"/> may add
    /// to.</param>
    /// <param name="clientId">A managed identity; without one whoever is signed in, as on an operator's machine.</param>
    public static TableClient Client(string storage, string? clientId) =>
        Uri.TryCreate(storage, UriKind.Absolute, out var endpoint) && endpoint.Scheme == Uri.UriSchemeHttps
            ? new TableClient(
                endpoint,
                Table,
                clientId is { Length: > 0 }
                    ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
                    : new DefaultAzureCredential()
            )
            : new TableClient(storage, Table);

    public Task WriteAsync(IReadOnlyList<AnchoredEntry> entries, CancellationToken ct) =>
        Parallel.ForEachAsync(
            entries.GroupBy(e => e.Stream).SelectMany(s => s.Chunk(MaxRowsPerTransaction)),
            new ParallelOptions { MaxDegreeOfParallelism = MaxParallelTransactions, CancellationToken = ct },
            async (few, ct) => await AddAsync(few, ct)
        );

    public async IAsyncEnumerable<AnchoredEntry> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var row in table.QueryAsync<TableEntity>(cancellationToken: ct))
            yield return new AnchoredEntry(
                Guid.ParseExact(row.PartitionKey, "N"),
                long.Parse(row.RowKey, CultureInfo.InvariantCulture),
                row.GetString("Kind"),
                row.GetDateTimeOffset("At")!.Value,
                Convert.FromHexString(row.GetString("Hash"))
            );
    }

    private async Task AddAsync(AnchoredEntry[] entries, CancellationToken ct)
    {
        try
        {
            await table.SubmitTransactionAsync(entries.Select(e => new TableTransactionAction(TableTransactionActionType.Add, Row(e))), ct);
        }
        catch (RequestFailedException e) when (IsThere(e))
        {
            // Some were written by a host that died before it could say so. The transaction failed as a whole: each by itself.
            foreach (var entry in entries) await AddAsync(entry, ct);
        }
    }

    private async Task AddAsync(AnchoredEntry entry, CancellationToken ct)
    {
        try
        {
            await table.AddEntityAsync(Row(entry), ct);
        }
        catch (RequestFailedException e) when (IsThere(e))
        {
            // The same, or an attack: what was kept first stays, and verifying finds an attack.
        }
    }

    /// <summary>Not every 409: a table that is being deleted answers it too.</summary>
    private static bool IsThere(RequestFailedException e) => e.ErrorCode == TableErrorCode.EntityAlreadyExists;

    private static TableEntity Row(AnchoredEntry e) =>
        new(e.Stream.ToString("N"), e.Seq.ToString("D19", CultureInfo.InvariantCulture))
        {
            ["Kind"] = e.Kind,
            ["At"] = e.At,
            ["Hash"] = Convert.ToHexStringLower(e.Hash),
        };
}
