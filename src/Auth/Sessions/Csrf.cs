using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>
/// The token that proves a page of ours, not a stranger's, makes the browser send the refresh cookie: an HMAC of the session's id, so
/// nothing is stored.
/// </summary>
[Singleton]
public sealed class Csrf(MasterKey master)
{
    private readonly IReadOnlyList<byte[]> _keys = master.DeriveAll("csrf");

    internal string Of(Guid session) => Of(_keys[0], session);

    internal bool IsRight(Guid session, string token) =>
        _keys.Any(k => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Of(k, session))));

    private static string Of(byte[] key, Guid session) => Base64Url.EncodeToString(HMACSHA256.HashData(key, session.ToByteArray()));
}
