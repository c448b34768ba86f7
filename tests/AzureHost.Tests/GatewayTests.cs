namespace AgentInvest.AzureHost.Tests;

/// <summary>What the pipelines run against a deployment, against the apps behind a gateway.</summary>
[Collection(nameof(AzureEnvironment))]
public sealed class GatewayTests(AzureEnvironment azure)
{
    [Theory]
    [InlineData("infra/smoke.mjs", "ok   has a market")]
    [InlineData("infra/contract.mjs", ", 0 against the contract")]
    public async Task The_apps_behind_a_gateway_pass(string script, string says)
    {
        var (code, output) = await PackedApps.RunAsync("node", script, azure.Url.GetLeftPart(UriPartial.Authority));
        Assert.True(code == 0 && output.Contains(says, StringComparison.Ordinal), output);
    }
}
