using System.Text.Json;
using AgentInvest.Cloud;
using AgentInvest.Core.Data;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Hosting;

namespace AgentInvest.Functions.Azure;

/// <summary>What every app's worker has, whatever its functions are.</summary>
internal static class AzureWorker
{
    /// <summary>Comes before the app's own services: what is added after it sees the vault's settings.</summary>
    public static void AddAzureWorker(this FunctionsApplicationBuilder builder)
    {
        builder.ConfigureFunctionsWebApplication();
        builder.AddAzure();
        builder.AddTelemetry()?.UseFunctionsWorkerDefaults();
        builder.UseMiddleware<PipelineMiddleware>();
        builder.Services.Configure<WorkerOptions>(options => options.Serializer = new JsonObjectSerializer(HostJson()));
    }

    /// <summary>
    /// What functions hand to the host (inputs and results of orchestrations and activities, SignalR messages) is the API's own JSON. The
    /// host writes a timer's schedule in PascalCase.
    /// </summary>
    private static JsonSerializerOptions HostJson() => new(Json.Options) { PropertyNameCaseInsensitive = true };
}
