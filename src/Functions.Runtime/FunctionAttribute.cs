namespace AgentInvest.Functions.Runtime;

/// <summary>Marks a method as a function. The name is unique over all apps, case-insensitively.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
