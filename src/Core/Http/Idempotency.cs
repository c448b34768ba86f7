using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace AgentInvest.Core.Http;

/// <summary>
/// <c>Idempotency-Key</c>: the answer is kept in the very transaction that did the work, so a host that dies in between has done both or
/// neither, and a repeat gets the first answer. Kept are 2xx, 409 and 422, for 24 h, per user, method and path.
/// </summary>
public sealed class Idempotency(Db db) : IDisposable
{
    /// <summary>
    /// Such a request holds a connection for as long as it runs; half of the pool stays free for the reads it makes meanwhile.
    /// </summary>
    private readonly SemaphoreSlim _permits = new(
        Math.Max(1, new NpgsqlConnectionStringBuilder(db.Primary.ConnectionString).MaxPoolSize / 2)
    );

    private static readonly string[] KeptHeaders = ["Content-Type", "Location", "ETag"];

    public async Task InvokeAsync(HttpContext http, CurrentUser user, string key, RequestDelegate next)
    {
        if (key.Length is 0 or > 255 || key.Any(c => c is < ' ' or > '~'))
            throw Problems.Validation("Idempotency-Key", "must have 1 to 255 printable ASCII characters");
        var ct = http.RequestAborted;
        var path = http.Request.Path.Value ?? "";
        var fingerprint = await FingerprintAsync(http, ct);
        var id = new Entry(user.Id, http.Request.Method, path, key, fingerprint);

        await _permits.WaitAsync(ct);
        try
        {
            var answer = new BufferedAnswer(http);
            try
            {
                await db.InTransactionAsync(tx => RunAsync(tx, http, id, answer, next, ct), ct);
            }
            catch (ProblemException e) when (e.Problem.Status is 422 or 409 && !answer.Replayed && e is not StillRunning)
            {
                // The work is rolled back; that it was refused is kept.
                answer.Restore();
                await ProblemAnswer.WriteAsync(http, e.Problem, answer.Body);
                await KeepAsync(db.ExecuteAsync, id, http.Response, answer.Body, ct);
            }
            finally
            {
                answer.Restore();
            }
            await answer.SendAsync(ct);
        }
        finally
        {
            _permits.Release();
        }
    }

    private static async Task RunAsync(Tx tx, HttpContext http, Entry id, BufferedAnswer answer, RequestDelegate next, CancellationToken ct)
    {
        var first = await tx.OneAsync("select pg_try_advisory_xact_lock($1)", r => r.GetBoolean(0), ct, id.LockKey);
        if (!first) throw new StillRunning();
        var kept = await tx.OneAsync(
            """
            select fingerprint, status, headers::text, body from core.idempotency
            where user_id = $1 and method = $2 and path = $3 and key = $4 and created_at > now() - interval '24 hours'
            """,
            r => new Kept(r.GetFieldValue<byte[]>(0), r.GetInt32(1), r.GetString(2), r.GetFieldValue<byte[]>(3)),
            ct,
            id.UserId,
            id.Method,
            id.Path,
            id.Key
        );
        if (kept is not null)
        {
            answer.Replayed = true;
            if (!kept.Fingerprint.AsSpan().SequenceEqual(id.Fingerprint)) throw Problems.IdempotencyKeyReused();
            kept.WriteTo(http.Response, answer.Body);
            return;
        }

        Db.Ambient.Value = tx;
        try
        {
            answer.Capture();
            await next(http);
        }
        finally
        {
            Db.Ambient.Value = null;
        }
        if (http.Response.StatusCode is (>= 200 and < 300) or 409 or 422)
            await KeepAsync(tx.ExecuteAsync, id, http.Response, answer.Body, ct);
    }

    /// <summary>Drops answers that are no longer kept; by timer.</summary>
    public Task PurgeAsync(CancellationToken ct) =>
        db.ExecuteAsync("delete from core.idempotency where created_at < now() - interval '24 hours'", ct);

    public void Dispose() => _permits.Dispose();

    private delegate Task<int> Execute(string sql, CancellationToken ct, params object?[] args);

    private static Task<int> KeepAsync(Execute execute, Entry id, HttpResponse response, MemoryStream body, CancellationToken ct)
    {
        var headers = KeptHeaders.Where(h => response.Headers.ContainsKey(h)).ToDictionary(h => h, h => response.Headers[h].ToString());
        return execute(
            """
            insert into core.idempotency (user_id, method, path, key, fingerprint, status, headers, body)
            values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)
            on conflict (user_id, method, path, key) do update
            set fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, body = excluded.body,
                created_at = now()
            """,
            ct,
            id.UserId,
            id.Method,
            id.Path,
            id.Key,
            id.Fingerprint,
            response.StatusCode,
            JsonSerializer.Serialize(headers),
            body.ToArray()
        );
    }

    private static async Task<byte[]> FingerprintAsync(HttpContext http, CancellationToken ct)
    {
        var body = await Body.ReadBytesAsync(http.Request, ct);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(http.Request.QueryString.Value + "\n"));
        hash.AppendData(body.Span);
        return hash.GetHashAndReset();
    }

    private sealed class StillRunning()
        : ProblemException(Problems.Conflict("The first request with this Idempotency-Key is still running.").Problem);

    private sealed record Entry(Guid UserId, string Method, string Path, string Key, byte[] Fingerprint)
    {
        public long LockKey =>
            BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{UserId}\n{Method}\n{Path}\n{Key}")));
    }

    private sealed record Kept(byte[] Fingerprint, int Status, string Headers, byte[] Body)
    {
        public void WriteTo(HttpResponse response, MemoryStream body)
        {
            response.StatusCode = Status;
            foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(Headers)!) response.Headers[name] = value;
            response.Headers["Idempotency-Replayed"] = "true";
            body.Write(Body);
        }
    }

    /// <summary>Holds the answer back until it is kept.</summary>
    private sealed class BufferedAnswer(HttpContext http)
    {
        private readonly Stream _out = http.Response.Body;

        public MemoryStream Body { get; } = new();
        public bool Replayed { get; set; }

        public void Capture() => http.Response.Body = Body;

        public void Restore() => http.Response.Body = _out;

        public async Task SendAsync(CancellationToken ct)
        {
            if (Body.Length > 0) http.Response.ContentLength = Body.Length;
            Body.Position = 0;
            await Body.CopyToAsync(_out, ct);
        }
    }
}
