namespace AgentInvest.AI;

/// <summary>The naive model that a volatility forecast is measured beside.</summary>
/// <param name="Qlike">Mean QLIKE loss of one-period forecasts against squared returns; lower is better.</param>
public sealed record VolatilityBaseline(string Name, double Qlike);
