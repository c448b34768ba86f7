namespace AgentInvest.Functions.Runtime;

/// <summary>The hubs of the local host, as the SignalR output binding reaches them.</summary>
public interface ISignalRDispatcher
{
    Task SendAsync(string hub, SignalRMessageAction message, CancellationToken ct);
    Task ApplyAsync(string hub, SignalRGroupAction action, CancellationToken ct);
}
