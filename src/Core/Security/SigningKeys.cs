using System.Security.Cryptography;
using AgentInvest.Core.Data;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace AgentInvest.Core.Security;

/// <summary>
/// The ES256 keys of access tokens, shared by all hosts of a database, the private parts sealed with the master key. There are two: one
/// signs for 30 days, the other is published all that time and signs next, so that no verifier ever meets a key it has not seen. A key that
/// has stopped signing stays until its last token has expired. What was deleted from the table is refused within a minute.
/// </summary>
[Singleton]
public sealed class SigningKeys(Db db, MasterKey master, TimeProvider time) : IDisposable
{
    private const long LockKey = 0x5369676E4B657973;
    private static readonly TimeSpan SigningPeriod = TimeSpan.FromDays(30);
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);
    private static readonly TimeSpan ReloadEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MinReloadInterval = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile IReadOnlyDictionary<string, Loaded> _keys = new Dictionary<string, Loaded>();
    private long _loadedAt;

    private sealed record Loaded(ECDsaSecurityKey Key, DateTimeOffset SignsFrom);
    private sealed record Row(string Kid, byte[] Sealed, DateTimeOffset SignsFrom);

    public sealed record Jwks(IReadOnlyList<Jwk> Keys);
    public sealed record Jwk(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid);

    public async ValueTask<SigningCredentials> SigningAsync(CancellationToken ct)
    {
        await FreshAsync(ReloadEvery, ct);
        return new SigningCredentials(Current(_keys.Values).Key, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>Whether tokens of this key may still be good; asked on every request.</summary>
    internal bool IsLive(string kid) => _keys.ContainsKey(kid);

    /// <summary>
    /// Null for a kid that no host of this database has made; one made since the last look is looked for, not more than every 5 s.
    /// </summary>
    public async ValueTask<ECDsaSecurityKey?> FindAsync(string kid, CancellationToken ct)
    {
        await FreshAsync(_keys.ContainsKey(kid) ? ReloadEvery : MinReloadInterval, ct);
        return _keys.GetValueOrDefault(kid)?.Key;
    }

    public async Task<Jwks> JwksAsync(CancellationToken ct)
    {
        await FreshAsync(ReloadEvery, ct);
        return new Jwks(_keys.Values.OrderBy(k => k.SignsFrom).Select(k =>
        {
            var point = k.Key.ECDsa.ExportParameters(false).Q;
            return new Jwk("EC", "P-256", Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y), "sig", "ES256", k.Key.KeyId);
        }).ToList());
    }

    /// <summary>
    /// By timer: retires what has not signed for an hour, makes the next key, and seals with the current master key what a previous one
    /// sealed.
    /// </summary>
    public async Task RotateAsync(CancellationToken ct) => await LoadAsync(ct);

    public void Dispose() => _loading.Dispose();

    private Loaded Current(IEnumerable<Loaded> keys) => keys.OrderBy(k => k.SignsFrom).Last(k => k.SignsFrom <= time.GetUtcNow());

    private async ValueTask FreshAsync(TimeSpan age, CancellationToken ct)
    {
        if (_loadedAt != 0 && time.GetElapsedTime(_loadedAt) < age) return;
        try
        {
            await LoadAsync(ct);
        }
        catch (Exception e) when (_loadedAt != 0 && e is NpgsqlException or TimeoutException)
        {
            // Without PostgreSQL the keys known stay good; asked again in five seconds.
            _loadedAt = time.GetTimestamp() - (long)((ReloadEvery - MinReloadInterval).TotalSeconds * time.TimestampFrequency);
        }
    }

    private async Task LoadAsync(CancellationToken ct)
    {
        var seen = _loadedAt;
        await _loading.WaitAsync(ct);
        try
        {
            if (_loadedAt != seen) return;
            var rows = await db.InTransactionAsync(async tx =>
            {
                var found = await RowsAsync(tx, ct);
                if (IsComplete(found)) return found;
                // One host at a time makes keys; the others find them made.
                await tx.ExecuteAsync("select pg_advisory_xact_lock($1)", ct, LockKey);
                await CompleteAsync(tx, await RowsAsync(tx, ct), ct);
                return await RowsAsync(tx, ct);
            }, ct);
            _keys = rows.ToDictionary(r => r.Kid, r => _keys.GetValueOrDefault(r.Kid) ?? new Loaded(Open(r), r.SignsFrom));
            _loadedAt = time.GetTimestamp();
        }
        finally
        {
            _loading.Release();
        }
    }

    private static Task<List<Row>> RowsAsync(Tx tx, CancellationToken ct) =>
        tx.ListAsync(
            "select kid, private_key, signs_from from core.signing_keys order by signs_from",
            r => new Row(r.GetString(0), r.GetFieldValue<byte[]>(1), r.Instant(2)),
            ct
        );

    private bool IsComplete(List<Row> rows)
    {
        var now = time.GetUtcNow();
        // While its predecessor's last tokens live, that and the signing key are the two.
        return rows.Exists(r => r.SignsFrom <= now)
            && rows.Count >= 2
            && !Retired(rows).Any()
            && rows.TrueForAll(r => master.IsCurrent(Purpose(r.Kid), r.Sealed));
    }

    /// <summary>Keys whose successor has signed for an hour.</summary>
    private IEnumerable<Row> Retired(List<Row> rows) =>
        rows.SkipLast(1).Where((_, i) => rows[i + 1].SignsFrom <= time.GetUtcNow() - Overlap);

    private async Task CompleteAsync(Tx tx, List<Row> rows, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var retired = Retired(rows).ToList();
        foreach (var row in retired) await tx.ExecuteAsync("delete from core.signing_keys where kid = $1", ct, row.Kid);
        foreach (var row in rows.Except(retired).Where(r => !master.IsCurrent(Purpose(r.Kid), r.Sealed)))
            await tx.ExecuteAsync(
                "update core.signing_keys set private_key = $2 where kid = $1",
                ct,
                row.Kid,
                master.Protect(Purpose(row.Kid), master.Unprotect(Purpose(row.Kid), row.Sealed))
            );
        if (!rows.Exists(r => r.SignsFrom <= now)) await MakeAsync(tx, now, ct);
        if (rows.Count - retired.Count >= 2) return;
        var due = (rows.Count > 0 ? rows[^1].SignsFrom : now) + SigningPeriod;
        await MakeAsync(tx, due > now ? due : now + SigningPeriod, ct);
    }

    private async Task MakeAsync(Tx tx, DateTimeOffset signsFrom, CancellationToken ct)
    {
        using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = Guid.CreateVersion7().ToString("N");
        await tx.ExecuteAsync(
            "insert into core.signing_keys (kid, private_key, signs_from) values ($1, $2, $3)",
            ct,
            kid,
            master.Protect(Purpose(kid), fresh.ExportPkcs8PrivateKey()),
            signsFrom
        );
    }

    private ECDsaSecurityKey Open(Row row)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(master.Unprotect(Purpose(row.Kid), row.Sealed), out _);
        }
        catch (CryptographicException e)
        {
            throw new InvalidOperationException("The signing keys in the database were sealed with another master key.", e);
        }
        return new ECDsaSecurityKey(key) { KeyId = row.Kid };
    }

    private static string Purpose(string kid) => "signing-key/" + kid;
}
