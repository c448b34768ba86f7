namespace AgentInvest.LocalHost;

/// <summary>A reason for not starting that the owner can act on: printed as one line, without a stack trace.</summary>
public sealed class StartupException(string message) : Exception(message);
