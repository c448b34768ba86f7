using AgentInvest.Functions.Runtime.Durable;
using AgentInvest.Functions.Runtime.Http;
using AgentInvest.Functions.Runtime.SignalR;
using AgentInvest.Functions.Runtime.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AgentInvest.Functions.Runtime;

/// <summary>
/// The local host of function apps: one process, PostgreSQL for timers and orchestrations. Needs an <c>NpgsqlDataSource</c> among the
/// services.
/// </summary>
public static class LocalFunctions
{
    public static IServiceCollection AddLocalFunctions(this IServiceCollection services, Action<LocalFunctionsOptions> configure)
    {
        var options = new LocalFunctionsOptions();
        configure(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(new FunctionCatalogue(options));
        services.AddSingleton<FunctionInvoker>();
        services.AddSingleton<SignalROutputs>();
        services.AddHostedService<TimerService>();
        services.AddSingleton<DurableStore>();
        services.AddSingleton<DurableTaskClient, PostgresDurableTaskClient>();
        services.AddHostedService<DurableWorker>();
        return services;
    }

    /// <summary>Maps every HTTP function under the route prefix, with its attributes as metadata.</summary>
    public static void MapLocalFunctions(this IEndpointRouteBuilder routes) =>
        HttpFunctions.Map(
            routes,
            routes.ServiceProvider.GetRequiredService<FunctionCatalogue>(),
            routes.ServiceProvider.GetRequiredService<LocalFunctionsOptions>()
        );

    /// <summary>
    /// HEAD answers wherever GET does, with the same status and headers: it is run as GET, and the server, which has parsed the method,
    /// sends no body. Stands before routing.
    /// </summary>
    public static void UseHeadAsGet(this IApplicationBuilder app) =>
        app.Use((http, next) =>
        {
            if (HttpMethods.IsHead(http.Request.Method)) http.Request.Method = HttpMethods.Get;
            return next(http);
        });

    /// <summary>
    /// Accepts paths without the prefix as the gateway does: <c>/auth/login</c> is <c>/v1/auth/login</c>. Stands before routing.
    /// </summary>
    public static void UseUnprefixedAlias(this IApplicationBuilder app, string prefix)
    {
        PathString root = "/" + prefix;
        app.Use((http, next) =>
        {
            if (!http.Request.Path.StartsWithSegments(root, StringComparison.Ordinal)) http.Request.Path = root + http.Request.Path;
            return next(http);
        });
    }
}
