using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Functions.Runtime.Tests;

/// <summary>The runtime with some functions on a real database, and nothing else.</summary>
internal sealed class RuntimeHost : IAsyncDisposable
{
    private readonly IHost _host;

    public RuntimeHost(string connectionString, Type[] functions, Action<IServiceCollection>? services = null, TimeSpan? lease = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(NpgsqlDataSource.Create(connectionString));
        services?.Invoke(builder.Services);
        builder.Services.AddLocalFunctions(options =>
        {
            options.Assemblies.Add(new TypesAssembly(functions));
            if (lease is { } given) options.DurableLease = given;
        });
        _host = builder.Build();
    }

    public DurableTaskClient Client => _host.Services.GetRequiredService<DurableTaskClient>();
    public DurableStore Store => _host.Services.GetRequiredService<DurableStore>();
    public NpgsqlDataSource Source => _host.Services.GetRequiredService<NpgsqlDataSource>();

    public Task StartAsync() => _host.StartAsync();

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> OneAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await Source.DisposeAsync();
        _host.Dispose();
    }

    public static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; !await condition(); i++)
        {
            Assert.True(i < 1200, "Not within 60 s.");
            await Task.Delay(50);
        }
    }
}

public sealed class MigratedDatabase : IAsyncLifetime
{
    private TestDatabase? _database;

    public string ConnectionString => _database!.ConnectionString;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync()
    {
        await _database!.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
