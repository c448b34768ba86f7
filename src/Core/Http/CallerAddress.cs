using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Core.Http;

/// <summary>
/// The caller's address as limits count it: IPv4 whole, IPv6 by /64. X-Forwarded-For counts only behind <c>Http:TrustedProxies</c>.
/// </summary>
public sealed class CallerAddress(IConfiguration configuration)
{
    private readonly HashSet<IPAddress> _trusted = (configuration["Http:TrustedProxies"] ?? "")
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse).ToHashSet();

    public string Of(HttpContext http)
    {
        var address = AddressOf(http);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    /// <summary>The caller's whole address.</summary>
    public IPAddress AddressOf(HttpContext http)
    {
        var address = Normal(http.Connection.RemoteIpAddress ?? IPAddress.None);
        if (_trusted.Contains(address))
        {
            // From the right: the nearest hop that is not ours is the caller; what stands further left it may have made up.
            foreach (var hop in http.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries).Reverse())
            {
                if (!IPAddress.TryParse(hop, out var parsed)) break;
                address = Normal(parsed);
                if (!_trusted.Contains(address)) break;
            }
        }
        return address;
    }

    private static IPAddress Normal(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
