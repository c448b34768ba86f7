using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace AgentInvest.Cloud;

/// <summary>
/// What an app logs leaves its process by itself. The Functions host passes on only what is logged during an invocation: without this, what
/// hosted services, start-up and background work have to say would be lost.
/// </summary>
public static class Telemetry
{
    /// <summary>
    /// Exports by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and to Application Insights where
    /// <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is, as the identity of <c>Azure:ClientId</c> if there is one.
    /// </summary>
    /// <returns>Null where neither is set: then the host is left to pass on what it does.</returns>
    public static IOpenTelemetryBuilder? AddTelemetry(this IHostApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var otlp = configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 };
        var insights = configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];
        if (!otlp && string.IsNullOrEmpty(insights)) return null;

        var telemetry = builder.Services.AddOpenTelemetry();
        builder.Services.Configure<OpenTelemetryLoggerOptions>(o => o.IncludeFormattedMessage = o.IncludeScopes = true);
        if (otlp) telemetry.UseOtlpExporter();
        if (!string.IsNullOrEmpty(insights))
            telemetry.UseAzureMonitorExporter(o =>
            {
                o.ConnectionString = insights;
                if (configuration["Azure:ClientId"] is { Length: > 0 } clientId)
                    o.Credential = new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId));
            });
        return telemetry;
    }
}
