using System.Collections;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Functions.Runtime.SignalR;

/// <summary>Hands what functions return through <see cref="SignalROutputAttribute"/> to the hub of this host.</summary>
internal sealed class SignalROutputs(IServiceProvider services)
{
    public async Task DispatchAsync(MethodInfo method, object? result, CancellationToken ct)
    {
        if (result is null) return;
        if (method.GetCustomAttribute<SignalROutputAttribute>() is { } output) await SendAsync(output, result, ct);
        else if (!result.GetType().IsPrimitive && result is not (string or IEnumerable))
            foreach (var property in result.GetType().GetProperties())
                if (property.GetCustomAttribute<SignalROutputAttribute>() is { } named && property.GetValue(result) is { } value)
                    await SendAsync(named, value, ct);
    }

    private async Task SendAsync(SignalROutputAttribute output, object value, CancellationToken ct)
    {
        var hub = output.HubName ?? "";
        var dispatcher = services.GetRequiredService<ISignalRDispatcher>();
        foreach (var item in value is IEnumerable many ? many.Cast<object>() : [value])
        {
            await (item switch
            {
                SignalRMessageAction message => dispatcher.SendAsync(hub, message, ct),
                SignalRGroupAction action => dispatcher.ApplyAsync(hub, action, ct),
                _ => throw new InvalidOperationException($"A SignalR output must be message or group actions, not {item.GetType().Name}."),
            });
        }
    }
}
