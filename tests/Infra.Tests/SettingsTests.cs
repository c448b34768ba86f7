using System.Reflection;
using System.Text.Json;

namespace AgentInvest.Infra.Tests;

/// <summary>Code, Bicep and host.json agree about settings, both ways.</summary>
public sealed class SettingsTests
{
    private static readonly string Src = Path.Combine(Checkout.Root, "src");
    private static readonly string HostJson = File.ReadAllText(Path.Combine(Checkout.Root, "host.json"));
    private static readonly string[] Features = [.. Directory.GetDirectories(Src).Select(d => Path.GetFileName(d)!)];
    private static string[] Secrets => [.. Compiled.Prod.Secrets, .. Compiled.OperatorSecrets];

    private static readonly List<Read> Reads = Settings.ReadBy(Sources(), Types());

    [BicepFact]
    public void Every_setting_the_code_requires_is_set_for_every_app()
    {
        Assert.Contains(Reads, r => r.Name == "ConnectionStrings:Postgres" && r.Alternatives.Count > 0);
        Assert.All(Compiled.Prod.AppSettings, app => Assert.Empty(Settings.Unset(Reads, app.Value, Secrets)));
    }

    [BicepFact]
    public void Every_setting_that_is_set_is_read_by_something() =>
        Assert.Empty(Settings.Unread(Reads, Compiled.Prod.AppSettings.Values.SelectMany(s => s.Keys), Secrets, HostJson));

    [BicepFact]
    public void A_required_setting_that_is_left_out_is_noticed()
    {
        Assert.All(
            Compiled.Spoiled.AppSettings.Values,
            s => Assert.Equal("ConnectionStrings:Postgres", Assert.Single(Settings.Unset(Reads, s, Secrets)).Split(' ')[0])
        );
        // And so is an option that becomes required, and a secret that nobody put into the vault.
        var demanding = Settings.ReadBy(
            [("x.cs", "services.AddOptions<DemandingOptions>().Bind(configuration.GetSection(\"Brokers\"))")],
            [typeof(DemandingOptions)]
        );
        Assert.Equal(
            ["Brokers:Account (DemandingOptions) is required and not set"],
            Settings.Unset(demanding, Compiled.Prod.AppSettings["auth"], Secrets)
        );
        Assert.Contains(
            Settings.Unset(Reads, Compiled.Prod.AppSettings["auth"], []),
            c => c.Contains("Security:MasterKey", StringComparison.Ordinal)
        );
    }

    [BicepFact]
    public void A_setting_that_nothing_reads_is_noticed() =>
        Assert.Equal(
            [
                "the app setting Auth__PublicOrigins is read by nothing",
                "the app setting ConnectionStrings__Postgre is read by nothing",
                "the app setting FUNCTIONS_WORKER_RUNTIME is read by nothing",
            ],
            Settings.Unread(Reads, Compiled.Spoiled.AppSettings.Values.SelectMany(s => s.Keys), Secrets, HostJson).Order()
        );

    /// <summary>
    /// The pattern of Microsoft.DurableTask/schedulers/taskHubs, which the compiler does not apply to names out of a parameter.
    /// </summary>
    [BicepFact]
    public void Task_hubs_have_names_that_Azure_takes() =>
        Assert.All(
            Compiled.Prod.Of("Microsoft.DurableTask/schedulers/taskHubs"),
            h => Assert.Matches("^[a-zA-Z0-9-]{3,64}$", h.Name.Split('/')[^1])
        );

    [BicepFact]
    public void Host_json_agrees_with_Bicep_and_with_the_routes()
    {
        var extensions = JsonDocument.Parse(HostJson).RootElement.GetProperty("extensions");
        var durable = extensions.GetProperty("durableTask");
        Assert.Equal("v1", extensions.GetProperty("http").GetProperty("routePrefix").GetString());
        Assert.Equal("azureManaged", durable.GetProperty("storageProvider").GetProperty("type").GetString());
        var connection = durable.GetProperty("storageProvider").GetProperty("connectionStringName").GetString()!;
        var hub = durable.GetProperty("hubName").GetString()!.Trim('%');
        var hubs = Compiled.Prod.Of("Microsoft.DurableTask/schedulers/taskHubs").Select(h => h.Name.Split('/')[^1]).ToList();
        Assert.All(
            Compiled.Prod.AppSettings.Values,
            s => Assert.Contains("Authentication=ManagedIdentity", s[connection], StringComparison.Ordinal)
        );
        // A hub each: work in a shared one would be handed to apps that do not know it.
        Assert.Equal(hubs.Order(), Compiled.Prod.AppSettings.Values.Select(s => s[hub]).Order());
        Assert.All(
            Compiled.Prod.Of("Microsoft.ApiManagement/service/backends"),
            b => Assert.EndsWith("/v1", b["properties.url"], StringComparison.Ordinal)
        );
    }

    [Fact]
    public void The_guide_says_how_every_secret_that_a_person_makes_gets_into_the_vault()
    {
        var guide = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "deploy.md"));
        Assert.All(Compiled.OperatorSecrets, s => Assert.Contains($"secret {s} ", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_app_has_an_example_of_local_settings_that_names_what_it_requires()
    {
        foreach (var app in Features.Where(f => f.StartsWith("Functions.", StringComparison.Ordinal) && f != "Functions.Runtime"))
        {
            var values = JsonDocument
                .Parse(File.ReadAllText(Path.Combine(Src, app, "local.settings.example.json")))
                .RootElement.GetProperty("Values")
                .EnumerateObject()
                .ToDictionary(v => v.Name, v => v.Value.GetString()!);
            // The key of SignalR Service is asked for only where its endpoint is set.
            Assert.Empty(
                Settings.Unset(Reads, values, values.ContainsKey("Azure__SignalR__Endpoint") ? [] : ["Azure--SignalR--AccessKey"])
            );
            Assert.Empty(
                Settings.Unread(
                    Reads,
                    values.Keys.Where(k =>
                        k != "FUNCTIONS_WORKER_RUNTIME" && k != "AzureWebJobsStorage" && k != "AzureSignalRConnectionString"
                    ),
                    [],
                    HostJson
                )
            );
        }
    }

    internal sealed class DemandingOptions
    {
        [System.ComponentModel.DataAnnotations.Required] public string Account { get; set; } = "";
        [System.ComponentModel.DataAnnotations.Required] public string Region { get; set; } = "eu";
    }

    /// <summary>What runs in Azure: not the local host, nor its Functions surface.</summary>
    private static IEnumerable<(string, string)> Sources() =>
        new[] { Src, Path.Combine(Checkout.Root, "build", "azure") }
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Select(f => f.Replace('\\', '/'))
            .Where(f =>
                !f.Contains("/obj/", StringComparison.Ordinal)
                && !f.Contains("/bin/", StringComparison.Ordinal)
                && !f.Contains("/src/LocalHost/", StringComparison.Ordinal)
                && !f.Contains("/src/Functions.Runtime/", StringComparison.Ordinal)
            )
            .Select(f => (Path.GetRelativePath(Checkout.Root, f), File.ReadAllText(f)));

    private static Type[] Types() =>
        [
            .. Directory
                .GetFiles(AppContext.BaseDirectory, "AgentInvest.*.dll")
                .Where(f => !f.EndsWith(".Tests.dll", StringComparison.Ordinal))
                .SelectMany(f => Assembly.LoadFrom(f).GetTypes())
                .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal)),
        ];
}
