using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AgentInvest.Core.Data;
using AgentInvest.Core.Security;

namespace AgentInvest.Auth.Sessions;

/// <summary>What is kept, sealed, of where a session was opened.</summary>
internal sealed partial record Device(string? Name, string? UserAgent, string? Language, string IpPrefix)
{
    public static Device Of(SignInContext context) =>
        new(context.DeviceName, context.UserAgent, context.Language, PrefixOf(context.Source));

    /// <summary>One browser in one place. Versions are left out: an update of the browser makes no new device.</summary>
    public byte[] Fingerprint(UserKey key) =>
        key.Mac("device", string.Join('\n', Version().Replace(UserAgent ?? "", ""), Language, IpPrefix));

    public byte[] Seal(UserKey key, string table, object row) =>
        key.Seal(table, "device", row, JsonSerializer.SerializeToUtf8Bytes(this, Json.Options));

    public static Device Open(UserKey key, string table, object row, byte[] sealedBytes) =>
        JsonSerializer.Deserialize<Device>(key.Open(table, "device", row, sealedBytes), Json.Options)!;

    /// <summary>From an address as limits count it: an IPv4 one, or the first half of an IPv6 one in hexadecimal.</summary>
    private static string PrefixOf(string source) =>
        IPAddress.TryParse(source, out var address) && address.GetAddressBytes() is [var a, var b, var c, _] ? $"{a}.{b}.{c}.0/24"
        : source.Length == 16 ? $"{source[..4]}:{source[4..8]}:{source[8..12]}::/48" : "";

    [GeneratedRegex(@"[\d._]+")]
    private static partial Regex Version();
}
