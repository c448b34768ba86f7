using System.Reflection;

namespace AgentInvest.Functions.Runtime.Tests;

/// <summary>A function app of a few classes, so that one test's functions do not meet another's.</summary>
internal sealed class TypesAssembly(params Type[] types) : Assembly
{
    public override Type[] GetTypes() => types;
}
