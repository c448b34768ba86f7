using AgentInvest.LocalHost.Postgres;

namespace AgentInvest.Testing;

/// <summary>The one embedded server of a test run: started by whoever comes first, adopted by the rest, stopped by ./dev test.</summary>
public static class PostgresServer
{
    private static readonly Lazy<Task<string>> Started = new(StartAsync);

    /// <summary>As the server's owner, to its own database.</summary>
    public static Task<string> ConnectionStringAsync() => Started.Value;

    private static async Task<string> StartAsync() =>
        (await EmbeddedPostgres.StartAsync(Checkout.Root, Checkout.TestHome)).ConnectionString;
}
