using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Security;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using StackExchange.Redis;

namespace AgentInvest.Core;

/// <summary>What every function app needs.</summary>
public static class CoreServices
{
    /// <summary>Connections to PostgreSQL per process, unless the connection string says otherwise.</summary>
    private const int PoolSize = 60;

    private const int IdleSeconds = 20;

    /// <summary>Of all that <see cref="Cache"/> keeps in process, as serialised.</summary>
    private const long CacheBytes = 100 << 20;

    /// <summary>Of one cached value; what is larger is not kept.</summary>
    private const long MaxCachedBytes = 8 << 20;

    public static IServiceCollection AddCore(this IServiceCollection services, IConfiguration configuration)
    {
        // Apps that share a process, as on the local host, each add what they need.
        if (services.Any(s => s.ServiceType == typeof(Db))) return services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingletonsOf(typeof(CoreServices).Assembly);
        services.AddSingleton(s => CreateDb(configuration, [.. s.GetServices<Action<NpgsqlDataSourceBuilder>>()]));
        services.AddSingleton(p => p.GetRequiredService<Db>().Primary);
        services.AddSingleton<Outbox>();
        services.AddSingleton<Health>();
        services
            .AddOptions<RateLimitOptions>()
            .Bind(configuration.GetSection("RateLimits"))
            .Validate(
                o => o.Anonymous > 0 && o.Free > 0 && o.Premium > 0 && o.Login > 0,
                "RateLimits must be positive requests per minute."
            )
            .ValidateOnStart();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<CallerAddress>();
        services.AddSingleton<Cors>();
        services.AddSingleton<Idempotency>();
        services.AddSingleton<RequestPipeline>();
        services.AddSecurity();
        AddCache(services, configuration);
        return services;
    }

    /// <param name="configure">Registered where signing in takes more than the connection string.</param>
    private static Db CreateDb(IConfiguration configuration, Action<NpgsqlDataSourceBuilder>[] configure)
    {
        var primary = Source(
            "primary",
            configuration.GetConnectionString("Postgres") ?? throw new InvalidOperationException("ConnectionStrings:Postgres is not set."),
            configure
        );
        return new Db(
            primary,
            configuration.GetConnectionString("PostgresRead") is { Length: > 0 } read ? Source("read", read, configure) : primary
        );
    }

    /// <param name="name">What its metrics are labelled with; without one they would carry the connection string.</param>
    private static NpgsqlDataSource Source(string name, string connectionString, Action<NpgsqlDataSourceBuilder>[] configure)
    {
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        // ContainsKey is true of whatever could be said; this, of what was.
        if (!given.ShouldSerialize("Maximum Pool Size")) given.MaxPoolSize = PoolSize;
        // The pool hands its sessions out in turn: those a busy moment has left behind would each meet the next request cold, and take a
        // server's memory for nothing.
        if (!given.ShouldSerialize("Connection Idle Lifetime"))
            (given.ConnectionIdleLifetime, given.ConnectionPruningInterval) = (IdleSeconds, IdleSeconds / 5);
        if (given.MaxAutoPrepare == 0) given.MaxAutoPrepare = 100;
        if (given.ApplicationName is null) given.ApplicationName = "agentinvest";
        // Sessions of a pool never change settings, so there is nothing to reset between borrowers.
        given.NoResetOnClose = true;
        var builder = new NpgsqlDataSourceBuilder(given.ConnectionString) { Name = name };
        foreach (var more in configure) more(builder);
        return builder.Build();
    }

    /// <summary>The first level in process, bounded; the second in Redis where configured.</summary>
    private static void AddCache(IServiceCollection services, IConfiguration configuration)
    {
        services.AddMemoryCache(options => options.SizeLimit = CacheBytes);
        services
            .AddHybridCache(options => options.MaximumPayloadBytes = MaxCachedBytes)
            .AddSerializerFactory<CacheSerializers>();
        if (configuration.GetConnectionString("Redis") is not { Length: > 0 } redis) return;
        services.AddSingleton<IConnectionMultiplexer>(_ =>
        {
            var options = ConfigurationOptions.Parse(redis);
            options.AbortOnConnectFail = false;
            options.ConnectTimeout = options.AsyncTimeout = options.SyncTimeout = 1000;
            options.BacklogPolicy = BacklogPolicy.FailFast;
            return ConnectionMultiplexer.Connect(options);
        });
        services.AddSingleton<RedisBreaker>();
        services.AddSingleton<IDistributedCache, RedisCacheStore>();
    }
}
