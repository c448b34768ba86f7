using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>
/// Stands in for the output binding of Microsoft.Azure.Functions.Worker.Extensions.SignalRService, where the package feed lacks it:
/// compiled into Functions.Market by these tests alone.
/// </summary>
public sealed class SignalROutputAttribute : OutputBindingAttribute
{
    public string? ConnectionStringSetting { get; set; }

    public string? HubName { get; set; }
}

/// <summary>A message to a connection, a user or a group; to everybody where none is named.</summary>
public sealed class SignalRMessageAction(string target, object[]? arguments = null)
{
    public string? ConnectionId { get; set; }

    public string? UserId { get; set; }

    public string? GroupName { get; set; }

    public string Target { get; } = target;

    public object[]? Arguments { get; set; } = arguments;
}
