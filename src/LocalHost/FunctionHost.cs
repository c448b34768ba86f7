using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Functions.AI;
using AgentInvest.Functions.Auth;
using AgentInvest.Functions.Market;
using AgentInvest.Functions.Portfolio;
using AgentInvest.Functions.Runtime;
using AgentInvest.LocalHost.Pages;
using AgentInvest.LocalHost.Postgres;
using AgentInvest.LocalHost.Realtime;
using AgentInvest.Market;
using AgentInvest.Market.Realtime;
using AgentInvest.Portfolio;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace AgentInvest.LocalHost;

/// <summary>Every function app in one process, on a PostgreSQL of its own unless it is given one.</summary>
internal static class FunctionHost
{
    private const string Prefix = "/v1";

    /// <summary>Runs until Ctrl-C or SIGTERM, which end it cleanly at any moment of its start as well.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new StopSignals();
        try
        {
            await RunAsync(args, stop);
        }
        catch (Exception e) when (stop.Token.IsCancellationRequested && e is OperationCanceledException or StartupException)
        {
            // A Ctrl-C reaches the programs of PostgreSQL as well: their failure is the stop that was asked for.
            await Console.Error.WriteLineAsync("AgentInvest was stopped before it was ready.");
        }
        return 0;
    }

    private static async Task RunAsync(string[] args, StopSignals stop)
    {
        var ct = stop.Token;
        var port = Port();
        var url = $"http://localhost:{port}";
        using var home = HostHome.Take(url);
        RefuseTakenPort(port);
        foreach (var warning in KnownSettings.Misspelt(Environment.GetEnvironmentVariables().Keys.Cast<string>()))
            await Console.Error.WriteLineAsync($"Warning: {warning}");

        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        Defaults(builder.Configuration, url);
        await using var postgres = await StartPostgresAsync(builder.Configuration, ct);
        await Migrations.ApplyAsync(builder.Configuration.GetConnectionString("Postgres")!);
        ct.ThrowIfCancellationRequested();

        AddServices(builder);
        builder.Services.AddSingleton<IHostLifetime>(stop);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        await using var app = builder.Build();
        Map(app);
        // Recorded history is read now, so that a fault in it is the one line that ends the start.
        _ = app.Services.GetRequiredService<MarketData>();
        await app
            .Services.GetRequiredService<EnsureAdmin>()
            .HandleAsync(Environment.GetEnvironmentVariable("AGENTINVEST_ADMIN_PASSWORD"), ct);
        await app.StartAsync(CancellationToken.None);
        // From here on nothing is cancelled: what has been started is stopped in order, by WaitForShutdownAsync.
        var health = await app.Services.GetRequiredService<Health>().CheckAsync(CancellationToken.None);
        if (!ct.IsCancellationRequested)
        {
            Console.WriteLine(health.Status == "unready" ? $"AgentInvest is up on {url} but not ready" : $"AgentInvest is ready on {url}");
            foreach (var line in HomePage.Lines(url, LocalEndpoints.HasOutbox(builder.Configuration))) Console.WriteLine(line);
        }
        await app.WaitForShutdownAsync(ct);
    }

    public static void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var configuration = builder.Configuration;
        services.AddAuthApp(configuration).AddMarketApp(configuration).AddPortfolioApp(configuration).AddAIApp(configuration);
        services.AddLocalFunctions(options =>
        {
            options.RoutePrefix = Prefix.TrimStart('/');
            options.Assemblies.Add(typeof(Functions.Auth.AuthFunctions).Assembly);
            options.Assemblies.Add(typeof(Functions.Market.MarketFunctions).Assembly);
            options.Assemblies.Add(typeof(Functions.Portfolio.PortfolioFunctions).Assembly);
            options.Assemblies.Add(typeof(Functions.AI.AnalysisFunctions).Assembly);
        });
        services.AddSignalR(options => options.MaximumReceiveMessageSize = 1024)
            .AddJsonProtocol(options => options.PayloadSerializerOptions = Json.Options);
        services.AddSingleton<QuoteConnections>();
        services.AddSingleton<IQuotePublisher>(s => s.GetRequiredService<QuoteConnections>());
        services.AddSimulatedTicker();
        services.AddSingleton<ISignalRDispatcher>(s => s.GetRequiredService<QuoteConnections>());
        services.AddHostedService(s => s.GetRequiredService<QuoteConnections>());
        builder.Host.ConfigureHostOptions(options => options.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 12 << 20; // Body holds each endpoint to its own limit and answers as the contract says.
        });
    }

    public static void Map(WebApplication app)
    {
        app.UseHeadAsGet();
        app.UseUnprefixedAlias(Prefix.TrimStart('/'));
        app.UseRouting();
        app.UseRequestPipeline();
        app.UseHubGate();
        app.UseWebSockets();
        app.MapLocalFunctions();
        app.MapLocalEndpoints(Prefix);
    }

    internal static void Defaults(ConfigurationManager configuration, string url)
    {
        var defaults = new Dictionary<string, string?>
        {
            ["Auth:PublicOrigin"] = url,
            ["Audit:AnchorFile"] = Path.Combine(HostHome.Path, "audit.anchor"),
            ["Security:MasterKeyFile"] = Path.Combine(HostHome.Path, "master.key"),
            ["Logging:LogLevel:Default"] = "Information",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
            ["Logging:LogLevel:Microsoft.Hosting"] = "Warning",
            // For a person at a terminal a line, for whatever collects it JSON; either with the trace id that a problem names.
            ["Logging:Console:FormatterName"] = Console.IsOutputRedirected ? "json" : "simple",
            ["Logging:Console:FormatterOptions:SingleLine"] = "true",
            ["Logging:Console:FormatterOptions:IncludeScopes"] = "true",
            ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
            ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" + (Console.IsOutputRedirected ? "" : " "),
        };
        // Under everything else, so that environment and arguments win.
        configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = defaults });
    }

    internal static async Task<EmbeddedPostgres?> StartPostgresAsync(ConfigurationManager configuration, CancellationToken ct)
    {
        if (configuration.GetConnectionString("Postgres") is { Length: > 0 }) return null;
        var postgres = await EmbeddedPostgres.StartAsync(HostHome.Root, HostHome.Path, ct);
        configuration["ConnectionStrings:Postgres"] = postgres.ConnectionString;
        return postgres;
    }

    private static int Port() => Environment.GetEnvironmentVariable("AGENTINVEST_PORT") is not { Length: > 0 } text ? 7071
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port
        : throw new StartupException($"AGENTINVEST_PORT is '{text}'; it must be a port, 1 to 65535.");

    private static void RefuseTakenPort(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
        }
        catch (SocketException)
        {
            throw new StartupException($"port {port} is in use by another program; set AGENTINVEST_PORT to a free one.");
        }
    }
}
