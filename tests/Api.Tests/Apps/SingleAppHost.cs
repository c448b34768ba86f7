using System.Reflection;
using System.Text;
using AgentInvest.Functions.AI;
using AgentInvest.Functions.Auth;
using AgentInvest.Functions.Market;
using AgentInvest.Functions.Portfolio;
using AgentInvest.Functions.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentInvest.Api.Tests;

/// <summary>
/// One function app by itself, as it is deployed: its own services and its own functions, nothing that only the local host's union has.
/// </summary>
internal static class SingleAppHost
{
    public static readonly IReadOnlyDictionary<
        string,
        (Func<IServiceCollection, IConfiguration, IServiceCollection> Add, Assembly Assembly)
    > Apps = new Dictionary<string, (Func<IServiceCollection, IConfiguration, IServiceCollection>, Assembly)>
    {
        [AuthApp.Name] = (AuthApp.AddAuthApp, typeof(AuthApp).Assembly),
        [MarketApp.Name] = (MarketApp.AddMarketApp, typeof(MarketApp).Assembly),
        [PortfolioApp.Name] = (PortfolioApp.AddPortfolioApp, typeof(PortfolioApp).Assembly),
        [AIApp.Name] = (AIApp.AddAIApp, typeof(AIApp).Assembly),
    };

    /// <summary>
    /// The app's own container and its functions; <see cref="WebApplication.StartAsync"/> runs its timers and orchestrations.
    /// </summary>
    public static WebApplication Build(string app, string connectionString, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:Postgres"] = connectionString,
                ["Security:MasterKey"] = Convert.ToBase64String(Encoding.ASCII.GetBytes("a master key for tests, 32 bytes")),
                ["Auth:PasswordCost"] = "4",
                ["Mail:Smtp:Host"] = "127.0.0.1",
                ["Auth:PublicOrigin"] = "http://localhost:7071",
            }
        );
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        more?.Invoke(builder.Services);
        Apps[app].Add(builder.Services, builder.Configuration);
        builder.Services.AddLocalFunctions(options => options.Assemblies.Add(Apps[app].Assembly));
        return builder.Build();
    }
}
