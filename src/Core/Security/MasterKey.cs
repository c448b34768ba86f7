using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Core.Security;

/// <summary>
/// The one secret that everything else hangs on: 32 bytes from <c>Security:MasterKey</c> (base64) or the file <c>Security:MasterKeyFile</c>, which is
/// created, readable by its owner only, when it is missing. Without it signing keys cannot be opened and sessions cannot be continued.
/// </summary>
public sealed class MasterKey
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private readonly byte[] _key;

    public MasterKey(IConfiguration configuration)
    {
        _key = configuration["Security:MasterKey"] is { Length: > 0 } text ? Convert.FromBase64String(text)
            : configuration["Security:MasterKeyFile"] is { Length: > 0 } path ? ReadOrCreate(path)
            : throw new InvalidOperationException("Set Security:MasterKey or Security:MasterKeyFile.");
        if (_key.Length != 32) throw new InvalidOperationException("The master key must have 32 bytes.");
    }

    /// <summary>A key for one purpose; none of them tells anything of another.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, 32, info: Encoding.UTF8.GetBytes("agentinvest/" + purpose));

    /// <summary>AES-256-GCM; what is protected for one purpose opens for no other.</summary>
    public byte[] Protect(string purpose, ReadOnlySpan<byte> plain)
    {
        var result = new byte[NonceSize + plain.Length + TagSize];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceSize));
        using var aes = new AesGcm(Derive("protect"), TagSize);
        aes.Encrypt(result.AsSpan(0, NonceSize), plain, result.AsSpan(NonceSize, plain.Length), result.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(purpose));
        return result;
    }

    /// <exception cref="CryptographicException">Another key, another purpose, or altered.</exception>
    public byte[] Unprotect(string purpose, ReadOnlySpan<byte> sealedBytes)
    {
        var plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        using var aes = new AesGcm(Derive("protect"), TagSize);
        aes.Decrypt(sealedBytes[..NonceSize], sealedBytes.Slice(NonceSize, plain.Length), sealedBytes[(NonceSize + plain.Length)..], plain, Encoding.UTF8.GetBytes(purpose));
        return plain;
    }

    /// <summary>A random secret that fits into a URL: 256 bits.</summary>
    public static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

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
