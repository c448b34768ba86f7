using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Functions.Runtime;

/// <summary>A function as endpoint metadata.</summary>
public sealed record FunctionMetadata(string Name, MethodInfo Method);

public sealed class LocalFunctionsOptions
{
    /// <summary>The function apps.</summary>
    public IList<Assembly> Assemblies { get; } = [];

    /// <summary>host.json's <c>extensions.http.routePrefix</c>. Default none.</summary>
    public string RoutePrefix { get; set; } = "";

    /// <summary>How many activities and orchestrator turns run at once on this host. Default 8, at least 1.</summary>
    public int DurableConcurrency { get; set; } = 8;

    /// <summary>How long a host may be silent before another takes over its work. Default 10 s.</summary>
    public TimeSpan DurableLease { get; set; } = TimeSpan.FromSeconds(10);
}

internal enum TriggerKind { Http, Timer, Orchestration, Activity }

internal sealed record FunctionDescriptor(string Name, MethodInfo Method, TriggerKind Kind, ParameterInfo TriggerParameter)
{
    public T Trigger<T>() where T : Attribute => TriggerParameter.GetCustomAttribute<T>()!;
}

/// <summary>
/// Every function of the given assemblies, checked: what would not be bound in Azure, or not here, is refused at start by function and
/// parameter, because a parameter that silently stays null is found in production.
/// </summary>
internal sealed class FunctionCatalogue
{
    private readonly Dictionary<string, FunctionDescriptor> _byName = new(StringComparer.OrdinalIgnoreCase);

    public FunctionCatalogue(LocalFunctionsOptions options)
    {
        foreach (var type in options.Assemblies.SelectMany(a => a.GetTypes()))
            foreach (
            var method in type.GetMethods(
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly
            )
        )
            if (
                method.GetCustomAttribute<FunctionAttribute>() is { } function
                && !_byName.TryAdd(function.Name, Describe(function.Name, method))
            )
                throw new InvalidOperationException($"Two functions are named {function.Name}; names are unique over all apps.");
    }

    public IEnumerable<FunctionDescriptor> Of(TriggerKind kind) => _byName.Values.Where(f => f.Kind == kind);

    public FunctionDescriptor? Find(string name, TriggerKind kind) => _byName.TryGetValue(name, out var f) && f.Kind == kind ? f : null;

    private static FunctionDescriptor Describe(string name, MethodInfo method)
    {
        if (!method.IsPublic) throw Refuse(name, "is not public");
        var triggers = method.GetParameters().Select(p => (Parameter: p, Kind: KindOf(p))).Where(t => t.Kind is not null).ToList();
        if (triggers is not [var (trigger, kind)]) throw Refuse(name, $"has {triggers.Count} triggers; a function has one");
        var function = new FunctionDescriptor(name, method, kind!.Value, trigger);
        foreach (var parameter in method.GetParameters())
            if (!ReferenceEquals(parameter, trigger) && !Binds(function, parameter))
                throw Refuse(name, $"has a parameter '{parameter.Name}' ({parameter.ParameterType.Name}) that nothing binds");
        CheckTypes(function);
        return function;
    }

    private static TriggerKind? KindOf(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(HttpTriggerAttribute)) ? TriggerKind.Http
        : parameter.IsDefined(typeof(TimerTriggerAttribute)) ? TriggerKind.Timer
        : parameter.IsDefined(typeof(OrchestrationTriggerAttribute)) ? TriggerKind.Orchestration
        : parameter.IsDefined(typeof(ActivityTriggerAttribute)) ? TriggerKind.Activity
        : null;

    private static bool Binds(FunctionDescriptor function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext)) return true;
        if (function.Kind == TriggerKind.Orchestration) return false;
        if (type == typeof(CancellationToken)) return true;
        if (parameter.IsDefined(typeof(DurableClientAttribute))) return type == typeof(Durable.DurableTaskClient);
        return function.Kind == TriggerKind.Http
            && (
                type == typeof(HttpContext)
                || type == typeof(HttpRequest)
                || RouteNames(function).Contains(parameter.Name!, StringComparer.OrdinalIgnoreCase)
            );
    }

    public static IEnumerable<string> RouteNames(FunctionDescriptor function) =>
        Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse(Route(function)).Parameters.Select(p => p.Name);

    public static string Route(FunctionDescriptor function) => function.Trigger<HttpTriggerAttribute>().Route ?? function.Name;

    private static void CheckTypes(FunctionDescriptor function)
    {
        var (name, method, kind, trigger) = function;
        var result =
            method.ReturnType.IsGenericType && method.ReturnType.GetGenericTypeDefinition() == typeof(Task<>)
                ? method.ReturnType.GetGenericArguments()[0]
                : method.ReturnType;
        // Neither would be awaited: a failure would be nobody's, or end the process.
        if (
            typeof(ValueTask).IsAssignableFrom(method.ReturnType)
            || (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(ValueTask<>))
        )
            throw Refuse(name, "must return a Task instead of a ValueTask");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            throw Refuse(name, "must return a Task instead of async void");
        switch (kind)
        {
            case TriggerKind.Http:
                if (trigger.ParameterType != typeof(HttpRequest) && trigger.ParameterType != typeof(HttpContext))
                    throw Refuse(name, "must take its HttpTrigger as HttpRequest");
                if (!typeof(IResult).IsAssignableFrom(result) && Http.HttpFunctions.ResultProperty(result) is null)
                    throw Refuse(name, "must return IResult, or a class with an [HttpResult] IResult");
                break;
            case TriggerKind.Timer:
                if (trigger.ParameterType != typeof(TimerInfo)) throw Refuse(name, "must take its TimerTrigger as TimerInfo");
                _ = Timers.Schedule.Parse(name, function.Trigger<TimerTriggerAttribute>().Schedule);
                break;
            case TriggerKind.Orchestration:
                if (trigger.ParameterType != typeof(Durable.TaskOrchestrationContext))
                    throw Refuse(name, "must take its OrchestrationTrigger as TaskOrchestrationContext");
                if (!typeof(Task).IsAssignableFrom(method.ReturnType)) throw Refuse(name, "must return a Task");
                break;
        }
    }

    internal static InvalidOperationException Refuse(string function, string what) => new($"Function {function} {what}.");
}
