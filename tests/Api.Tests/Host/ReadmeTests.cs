using System.Diagnostics;
using System.Text.RegularExpressions;

namespace AgentInvest.Api.Tests;

/// <summary>What the README tells a newcomer to type, typed.</summary>
public sealed partial class ReadmeTests(TestHost host) : IClassFixture<TestHost>
{
    [ProgramFact("curl", "jq")]
    public async Task The_walk_with_curl_works_as_written()
    {
        var walk = Walk().Match(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "README.md"))).Groups["script"].Value;
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", walk])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AGENTINVEST_PORT"] = $"{host.Url.Port}";
        using var bash = Process.Start(start)!;
        var errors = bash.StandardError.ReadToEndAsync();
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0, await errors + output);
        // The purchase of 10 before the 4:1 split, and the refusal to sell one more than it made.
        foreach (
            var expected in new[]
            {
                "verification_sent",
                "\"source\": \"simulated\"",
                "\"quantity\": 40",
                "insufficient_quantity",
                "\"twr\":",
            }
        )
            Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_it_points_to_exist()
    {
        var links = Link()
            .Matches(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "README.md")))
            .Select(m => m.Groups["path"].Value)
            .ToList();
        Assert.NotEmpty(links);
        Assert.All(links, l => Assert.True(Path.Exists(Path.Combine(Checkout.Root, l)), l));
    }

    [GeneratedRegex(@"## A walk with curl.*?```sh\n(?<script>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Walk();

    [GeneratedRegex(@"\]\((?<path>[^):]+)\)")]
    private static partial Regex Link();
}
