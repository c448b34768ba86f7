using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;

namespace AgentInvest.Auth.Audit;

/// <summary>
/// The anchor in Azure: one row per head in a table that the database knows nothing of. Rows are only ever added: the hosts' identity should be given a role
/// that may add and read, not update or delete.
/// </summary>
public sealed class TablesAuditAnchor(TableClient table) : IAuditAnchor
{
    /// <summary>Transactions of a table are of one partition and a hundred rows.</summary>
    private const int MostAtOnce = 100;

    private volatile bool _exists;

    public async Task WriteAsync(IReadOnlyList<AuditHead> heads, CancellationToken ct)
    {
        await EnsureAsync(ct);
        foreach (var few in heads.Chunk(MostAtOnce)) await Task.WhenAll(few.Select(head => AddAsync(head, ct)));
    }

    public async IAsyncEnumerable<AuditHead> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await EnsureAsync(ct);
        await foreach (var row in table.QueryAsync<TableEntity>(cancellationToken: ct))
            yield return new AuditHead(Guid.ParseExact(row.PartitionKey, "N"), long.Parse(row.RowKey, CultureInfo.InvariantCulture), Convert.FromHexString(row.GetString("Hash")), row.GetDateTimeOffset("At")!.Value);
    }

    private async Task AddAsync(AuditHead head, CancellationToken ct)
    {
        var row = new TableEntity(head.Stream.ToString("N"), head.Seq.ToString("D19", CultureInfo.InvariantCulture)) { ["Hash"] = Convert.ToHexStringLower(head.Hash), ["At"] = head.At };
        try
        {
            await table.AddEntityAsync(row, ct);
        }
        catch (RequestFailedException e) when (e.Status == 409)
        {
            // Written before by a host that died before it could say so, or by an attack: what was kept first stays, and verifying tells the two apart.
        }
    }

    private async Task EnsureAsync(CancellationToken ct)
    {
        if (_exists) return;
        await table.CreateIfNotExistsAsync(ct);
        _exists = true;
    }
}
