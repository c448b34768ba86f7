using System.Buffers.Binary;
using System.Data;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Data;
using Npgsql;

namespace AgentInvest.Auth.Audit;

/// <summary>
/// Reads every entry, computes every hash anew and compares with the chain, its head and the anchor. Found are an edited entry, one taken
/// out, a tail cut off, a chain deleted as a whole, a rewrite that is consistent in itself, a database that was lost, and an anchor that
/// was.
/// </summary>
[Singleton]
public sealed class VerifyAudit(Db db, IAuditAnchor? anchor = null)
{
    private static readonly TimeSpan AnchoredWithin = TimeSpan.FromMinutes(5);

    /// <param name="NotAnchored">Entries newer than the last look of the anchor's timer: for these alone a rewrite would not be found
    /// yet.</param>
    public sealed record Report(long Entries, int Streams, long NotAnchored, IReadOnlyList<string> Faults);

    private sealed record Chain(long Seq, byte[] Hash);

    private sealed record Entry(Guid Stream, long Seq, DateTimeOffset At, string Kind, Guid? Actor, string Data, byte[] Hash);

    private sealed class Anchored
    {
        public Dictionary<long, byte[]> Hashes { get; } = [];
        public long Last { get; set; }
    }

    public async Task<Report> HandleAsync(CancellationToken ct)
    {
        var faults = new List<string>();
        var anchored = new Dictionary<Guid, Anchored>();
        var lastAnchored = DateTimeOffset.MinValue;
        // In this order, because both go on growing: what is anchored or appended meanwhile must not look lost or cut off.
        var claimed = anchor is null
            ? []
            : await db.ListAsync(
                "select stream, anchored_seq from core.audit_heads where anchored_seq > 0",
                r => (Stream: r.GetGuid(0), Seq: r.GetInt64(1)),
                ct
            );
        if (anchor is not null)
            await foreach (var head in anchor.ReadAsync(ct))
            {
                if (!anchored.TryGetValue(head.Stream, out var known)) anchored[head.Stream] = known = new Anchored();
                known.Last = Math.Max(known.Last, head.Seq);
                if (!known.Hashes.TryAdd(head.Seq, head.Hash) && !known.Hashes[head.Seq].AsSpan().SequenceEqual(head.Hash))
                    faults.Add($"{head.Stream}: the anchor itself names two hashes for entry {head.Seq}");
                if (head.At > lastAnchored) lastAnchored = head.At;
            }
        foreach (var (stream, seq) in claimed)
            if ((anchored.GetValueOrDefault(stream)?.Last ?? 0) is var last && last < seq)
                faults.Add($"{stream}: entries to {seq} are said to be anchored; the anchor knows them to {last}");

        var ends = new Dictionary<Guid, Chain>();
        var (entries, notAnchored) = (0L, 0L);
        // One snapshot of entries and heads.
        await using var connection = await db.Primary.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await foreach (var (stream, seq, at, kind, actor, data, hash) in EntriesAsync(connection, ct))
        {
            entries++;
            var end = ends.GetValueOrDefault(stream) ?? new Chain(0, []);
            if (seq != end.Seq + 1) faults.Add($"{stream}: entry {end.Seq + 1} is missing");
            else if (!HashOf(stream, seq, at, kind, actor, data, end.Hash).AsSpan().SequenceEqual(hash))
                faults.Add($"{stream}: entry {seq} was altered");
            var known = anchored.GetValueOrDefault(stream);
            if (known is not null && known.Hashes.TryGetValue(seq, out var kept) && !kept.AsSpan().SequenceEqual(hash))
                faults.Add($"{stream}: entry {seq} is not the one that was anchored");
            if (anchor is not null && seq > (known?.Last ?? 0))
            {
                notAnchored++;
                if (at + AnchoredWithin < lastAnchored) faults.Add($"{stream}: entry {seq} was kept from the anchor");
            }
            ends[stream] = new Chain(seq, hash);
        }
        foreach (var (stream, known) in anchored)
            if (ends.GetValueOrDefault(stream)?.Seq is var end && known.Last > (end ?? 0))
                faults.Add($"{stream}: entries after {end ?? 0} are missing; entry {known.Last} was anchored");
        faults.AddRange(await HeadFaultsAsync(connection, ends, ct));
        return new Report(entries, ends.Count, notAnchored, faults);
    }

    /// <summary>In the chains' order, and never all in memory.</summary>
    private static async IAsyncEnumerable<Entry> EntriesAsync(NpgsqlConnection connection, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select stream, seq, at, kind, actor, data, hash from core.audit order by stream, seq",
            connection
        );
        await using var r = await command.ExecuteReaderAsync(ct);
        while (await r.ReadAsync(ct))
            yield return new Entry(
                r.GetGuid(0),
                r.GetInt64(1),
                r.Instant(2),
                r.GetString(3),
                r.Nullable<Guid>(4),
                r.GetString(5),
                r.GetFieldValue<byte[]>(6)
            );
    }

    /// <summary>A chain ends where its head says, and none is without one: by the head the timer knows what to anchor.</summary>
    private static async Task<List<string>> HeadFaultsAsync(NpgsqlConnection connection, Dictionary<Guid, Chain> ends, CancellationToken ct)
    {
        var faults = new List<string>();
        var headless = ends.Keys.ToHashSet();
        await using var command = new NpgsqlCommand("select stream, seq, hash from core.audit_heads", connection);
        await using var r = await command.ExecuteReaderAsync(ct);
        while (await r.ReadAsync(ct))
        {
            var (stream, head) = (r.GetGuid(0), new Chain(r.GetInt64(1), r.GetFieldValue<byte[]>(2)));
            headless.Remove(stream);
            var end = ends.GetValueOrDefault(stream) ?? new Chain(0, []);
            if (end.Seq < head.Seq) faults.Add($"{stream}: entries after {end.Seq} are missing; the chain's head is entry {head.Seq}");
            else if (end.Seq > head.Seq || !end.Hash.AsSpan().SequenceEqual(head.Hash))
                faults.Add($"{stream}: entry {end.Seq} is not the chain's head");
        }
        faults.AddRange(headless.Select(stream => $"{stream}: the chain has no head"));
        return faults;
    }

    private static byte[] HashOf(Guid stream, long seq, DateTimeOffset at, string kind, Guid? actor, string data, byte[] previous)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        void Part(ReadOnlySpan<byte> part)
        {
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            sha.AppendData(length);
            sha.AppendData(part);
        }

        Part(stream.ToByteArray(bigEndian: true));
        BinaryPrimitives.WriteInt64BigEndian(number, seq);
        Part(number);
        BinaryPrimitives.WriteInt64BigEndian(number, (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        Part(number);
        Part(Encoding.UTF8.GetBytes(kind));
        Part(actor is { } id ? id.ToByteArray(bigEndian: true) : []);
        Part(Encoding.UTF8.GetBytes(data));
        Part(previous);
        return sha.GetHashAndReset();
    }
}
