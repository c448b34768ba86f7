using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AgentInvest.Core;

/// <summary>
/// One instance per process, made by the container: use cases and whatever else keeps no state of a request.
/// <see cref="SingletonServices.AddSingletonsOf"/> finds it, so a new use case is registered by being written.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class SingletonAttribute : Attribute;

public static class SingletonServices
{
    /// <summary>Registers every class of <paramref name="assembly"/> that says <see cref="SingletonAttribute"/>, as itself.</summary>
    public static IServiceCollection AddSingletonsOf(this IServiceCollection services, Assembly assembly)
    {
        foreach (var type in assembly.GetTypes())
            if (type.IsDefined(typeof(SingletonAttribute), inherit: false)) services.TryAddSingleton(type);
        return services;
    }
}
