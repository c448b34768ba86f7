using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace AgentInvest.Core.Security;

/// <summary>
/// The ES256 keys that sign access tokens, shared by all hosts of a database: created once, the private part sealed with the master key. The newest signs,
/// all verify.
/// </summary>
public sealed class SigningKeys(Db db, MasterKey master, TimeProvider time) : IDisposable
{
    private const long LockKey = 0x5369676E4B657973;
    private static readonly TimeSpan ReloadEvery = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile IReadOnlyDictionary<string, ECDsaSecurityKey> _keys = new Dictionary<string, ECDsaSecurityKey>();
    private volatile SigningCredentials? _signing;
    private long _loadedAt;

    public sealed record Jwks(IReadOnlyList<Jwk> Keys);
    public sealed record Jwk(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid);

    public async ValueTask<SigningCredentials> SigningAsync(CancellationToken ct)
    {
        if (_signing is null) await LoadAsync(ct);
        return _signing!;
    }

    /// <summary>Null for a kid that no host of this database has made; a key made since the last look is looked for, not more than every 5 s.</summary>
    public async ValueTask<ECDsaSecurityKey?> FindAsync(string kid, CancellationToken ct)
    {
        if (_keys.TryGetValue(kid, out var key)) return key;
        if (_loadedAt != 0 && time.GetElapsedTime(_loadedAt) < ReloadEvery) return null;
        await LoadAsync(ct);
        return _keys.GetValueOrDefault(kid);
    }

    public async Task<Jwks> JwksAsync(CancellationToken ct)
    {
        await SigningAsync(ct);
        return new Jwks(_keys.Values.Select(k =>
        {
            var point = k.ECDsa.ExportParameters(false).Q;
            return new Jwk("EC", "P-256", Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y), "sig", "ES256", k.KeyId);
        }).ToList());
    }

    public void Dispose() => _loading.Dispose();

    private async Task LoadAsync(CancellationToken ct)
    {
        await _loading.WaitAsync(ct);
        try
        {
            var rows = await db.InTransactionAsync(async tx =>
            {
                await tx.ExecuteAsync("select pg_advisory_xact_lock($1)", ct, LockKey);
                var found = await tx.ListAsync("select kid, private_key from core.signing_keys order by created_at desc", r => (Kid: r.GetString(0), Sealed: r.GetFieldValue<byte[]>(1)), ct);
                if (found.Count > 0) return found;
                using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                var kid = Guid.CreateVersion7().ToString("N");
                var bytes = master.Protect("signing-key/" + kid, fresh.ExportPkcs8PrivateKey());
                await tx.ExecuteAsync("insert into core.signing_keys (kid, private_key) values ($1, $2)", ct, kid, bytes);
                return [(kid, bytes)];
            }, ct);
            var keys = rows.ToDictionary(r => r.Kid, r => Open(r.Kid, r.Sealed));
            _keys = keys;
            _signing = new SigningCredentials(keys[rows[0].Kid], SecurityAlgorithms.EcdsaSha256);
            _loadedAt = time.GetTimestamp();
        }
        finally
        {
            _loading.Release();
        }
    }

    private ECDsaSecurityKey Open(string kid, byte[] bytes)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(master.Unprotect("signing-key/" + kid, bytes), out _);
        }
        catch (CryptographicException e)
        {
            throw new InvalidOperationException("The signing keys in the database were sealed with another master key.", e);
        }
        return new ECDsaSecurityKey(key) { KeyId = kid };
    }
}
