using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// A refresh token is its session's id, a counter and their HMAC under the session's secret. So the successor of a token can be issued
/// again to whoever lost the answer, and the database holds no token.
/// </summary>
internal static class RefreshTokens
{
    private const int Size = 16 + 4 + 32;

    public static string Make(Guid session, int counter, byte[] secret)
    {
        Span<byte> bytes = stackalloc byte[Size];
        session.TryWriteBytes(bytes, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], counter);
        HMACSHA256.HashData(secret, bytes[..20], bytes[20..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The secret lies in the database under its user's key: who reads the database makes no tokens.</summary>
    public static byte[] SealSecret(UserKey key, Guid session, byte[] secret) => key.Seal("auth.sessions", "secret", session, secret);

    public static byte[] OpenSecret(UserKey key, Guid session, byte[] sealedSecret) =>
        key.Open("auth.sessions", "secret", session, sealedSecret);

    public static bool TryRead(string? token, out Guid session, out int counter)
    {
        (session, counter) = (default, 0);
        if (token is null || token.Length > 100 || !Base64Url.IsValid(token)) return false;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length != Size) return false;
        session = new Guid(bytes.AsSpan(0, 16), bigEndian: true);
        counter = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16));
        return true;
    }

    public static bool IsGenuine(string token, Guid session, int counter, byte[] secret) =>
        CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.ASCII.GetBytes(token),
            System.Text.Encoding.ASCII.GetBytes(Make(session, counter, secret))
        );
}
