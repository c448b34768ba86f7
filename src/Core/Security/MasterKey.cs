using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Core.Security;

/// <summary>
/// The one secret that everything else hangs on: 32 bytes from <c>Security:MasterKey</c> (base64; in Azure a Key Vault reference) or the
/// file <c>Security:MasterKeyFile</c>, which is created, readable by its owner only, when it is missing. <c>Security:PreviousMasterKeys</c>
/// (base64, comma-separated) still open what they sealed, until the timer has sealed it anew. Lost, it takes accounts and sessions with it,
/// the books it leaves.
/// </summary>
[Singleton]
public sealed class MasterKey
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private readonly byte[][] _keys;
    private readonly byte[][] _sealing;

    public MasterKey(IConfiguration configuration)
    {
        var current = configuration["Security:MasterKey"] is { Length: > 0 } text ? Convert.FromBase64String(text)
            : configuration["Security:MasterKeyFile"] is { Length: > 0 } path ? ReadOrCreate(path)
            : throw new InvalidOperationException("Set Security:MasterKey or Security:MasterKeyFile.");
        var previous = (configuration["Security:PreviousMasterKeys"] ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(Convert.FromBase64String);
        _keys = [current, .. previous];
        if (_keys.Any(k => k.Length != 32)) throw new InvalidOperationException("A master key must have 32 bytes.");
        _sealing = DeriveAll("protect").ToArray();
        Id = IdOf(_keys[0]);
    }

    /// <summary>Names the current key without revealing anything of it.</summary>
    public string Id { get; }

    /// <summary>The names of all keys, the current one first.</summary>
    public IReadOnlyList<string> Ids => _keys.Select(IdOf).ToList();

    /// <summary>A key for one purpose; none can be derived from another.</summary>
    public byte[] Derive(string purpose) => Derive(_keys[0], purpose);

    /// <summary>The same of every key, the current one first: for what was made before a rotation.</summary>
    public IReadOnlyList<byte[]> DeriveAll(string purpose) => _keys.Select(k => Derive(k, purpose)).ToList();

    /// <summary>AES-256-GCM under the current key; what is protected for one purpose opens for no other.</summary>
    public byte[] Protect(string purpose, ReadOnlySpan<byte> plain) => Seal(_sealing[0], purpose, plain);

    /// <exception cref="CryptographicException">Another key, another purpose, or altered.</exception>
    public byte[] Unprotect(string purpose, ReadOnlySpan<byte> sealedBytes)
    {
        for (var i = 0; i < _sealing.Length - 1; i++)
            if (TryOpen(_sealing[i], purpose, sealedBytes) is { } plain) return plain;
        return Open(_sealing[^1], purpose, sealedBytes);
    }

    /// <summary>False when a previous key sealed it: seal it anew.</summary>
    public bool IsCurrent(string purpose, ReadOnlySpan<byte> sealedBytes) => TryOpen(_sealing[0], purpose, sealedBytes) is not null;

    /// <summary>A random secret that fits into a URL: 256 bits.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>nonce, ciphertext, tag; <paramref name="purpose"/> is authenticated with it.</summary>
    internal static byte[] Seal(byte[] key, string purpose, ReadOnlySpan<byte> plain)
    {
        var result = new byte[NonceSize + plain.Length + TagSize];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(
            result.AsSpan(0, NonceSize),
            plain,
            result.AsSpan(NonceSize, plain.Length),
            result.AsSpan(NonceSize + plain.Length),
            Encoding.UTF8.GetBytes(purpose)
        );
        return result;
    }

    internal static byte[] Open(byte[] key, string purpose, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < NonceSize + TagSize) throw new CryptographicException("Too short to have been sealed.");
        var plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(
            sealedBytes[..NonceSize],
            sealedBytes.Slice(NonceSize, plain.Length),
            sealedBytes[(NonceSize + plain.Length)..],
            plain,
            Encoding.UTF8.GetBytes(purpose)
        );
        return plain;
    }

    private static byte[]? TryOpen(byte[] key, string purpose, ReadOnlySpan<byte> sealedBytes)
    {
        try
        {
            return Open(key, purpose, sealedBytes);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] Derive(byte[] key, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: Encoding.UTF8.GetBytes("agentinvest/" + purpose));

    private static string IdOf(byte[] key) => Convert.ToHexStringLower(Derive(key, "id").AsSpan(0, 4));

    private static byte[] ReadOrCreate(string path)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            var key = RandomNumberGenerator.GetBytes(32);
            file.Write(key);
            return key;
        }
        catch (IOException) when (File.Exists(path))
        {
            return File.ReadAllBytes(path);
        }
    }
}
