namespace AgentInvest.AzureHost.Tests.Host;

/// <summary>
/// The worker ended while it ran a function. The durable extension knows the host's exception by this name and runs the work again instead
/// of counting it as failed.
/// </summary>
public sealed class WorkerProcessExitException(string message) : Exception(message);
