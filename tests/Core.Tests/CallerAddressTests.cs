using System.Net;
using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace AgentInvest.Core.Tests;

public sealed class CallerAddressTests
{
    [Theory]
    [InlineData("203.0.113.9", "198.51.100.1", "203.0.113.9")] // a stranger's header does not count
    [InlineData("10.0.0.1", "198.51.100.1", "198.51.100.1")]
    [InlineData("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1")] // what stands left of the nearest hop is made up
    [InlineData("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1")]
    [InlineData("10.0.0.1", "not an address", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    [InlineData("::ffff:203.0.113.9", "", "203.0.113.9")]
    public void Forwarded_addresses_count_only_behind_a_trusted_proxy(string peer, string forwarded, string expected) =>
        Assert.Equal(expected, Of(peer, forwarded));

    [Fact]
    public void IPv6_counts_by_its_64_prefix() => Assert.Equal(Of("2001:db8:1:2:3::1", ""), Of("2001:db8:1:2:ffff::9", ""));

    private static string Of(string peer, string forwarded)
    {
        var settings = new Dictionary<string, string?> { ["Http:TrustedProxies"] = "10.0.0.1, 10.0.0.2" };
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        if (forwarded.Length > 0) http.Request.Headers["X-Forwarded-For"] = forwarded;
        return new CallerAddress(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Of(http);
    }
}
