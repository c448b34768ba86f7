using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AgentInvest.Core.Security;

/// <summary>
/// Short-lived tokens for one hub alone: not JWTs, so that none can be taken for an access token, nor the other way round.
/// </summary>
[Singleton]
public sealed class HubTokens(MasterKey master, TimeProvider time)
{
    private readonly byte[] _key = master.Derive("hub-tokens");

    private sealed record Content(string Audience, CurrentUser User, long Expires, IReadOnlyDictionary<string, string> Claims);

    public string Issue(CurrentUser user, string audience, IReadOnlyDictionary<string, string> claims, TimeSpan lifetime)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new Content(audience, user, (time.GetUtcNow() + lifetime).ToUnixTimeMilliseconds(), claims)
        );
        return Base64Url.EncodeToString(content) + "." + Base64Url.EncodeToString(HMACSHA256.HashData(_key, content));
    }

    /// <summary>Null for anything but a token of ours, for that hub, in its time.</summary>
    public (CurrentUser User, IReadOnlyDictionary<string, string> Claims)? Validate(string token, string audience)
    {
        if (token.Length > 4096 || token.Split('.') is not [var body, var mac] || !Base64Url.IsValid(body) || !Base64Url.IsValid(mac))
            return null;
        var content = Base64Url.DecodeFromChars(body);
        if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_key, content), Base64Url.DecodeFromChars(mac))) return null;
        var read = JsonSerializer.Deserialize<Content>(Encoding.UTF8.GetString(content))!;
        return read.Audience == audience && time.GetUtcNow().ToUnixTimeMilliseconds() < read.Expires ? (read.User, read.Claims) : null;
    }
}
