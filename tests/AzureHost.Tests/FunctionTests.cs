namespace AgentInvest.AzureHost.Tests;

/// <summary>Functions as host and worker see them.</summary>
[Collection(nameof(AzureEnvironment))]
public sealed class FunctionTests(AzureEnvironment azure)
{
    public static TheoryData<string> Apps => [.. PackedApps.Names];

    [Theory]
    [MemberData(nameof(Apps))]
    public void The_host_refuses_no_function(string app) => Assert.Empty(azure.Apps[app].Refused);

    [Theory]
    [MemberData(nameof(Apps))]
    public async Task Every_timer_runs(string app)
    {
        var host = azure.Apps[app];
        foreach (var timer in host.Functions.Values.Where(f => f.Binding("timerTrigger") is not null)) await host.FireAsync(timer.Name);
    }

    /// <summary>Two apps of one name would each take the other's work for theirs in the gateway's logs and the metrics.</summary>
    [Fact]
    public void A_functions_name_is_its_own_in_all_apps()
    {
        var names = azure.Apps.Values.SelectMany(a => a.Functions.Keys).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }
}
