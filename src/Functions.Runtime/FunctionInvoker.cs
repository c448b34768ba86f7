using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Functions.Runtime;

/// <summary>Calls functions that are not HTTP ones: a new instance of the class per call, from a scope of services.</summary>
internal sealed class FunctionInvoker(SignalR.SignalROutputs outputs)
{
    private readonly ConcurrentDictionary<Type, ObjectFactory> _factories = new();

    /// <param name="bind">The value of each parameter.</param>
    /// <returns>The function's result, its Task awaited; null for none.</returns>
    public async Task<object?> InvokeAsync(
        FunctionDescriptor function,
        IServiceProvider services,
        Func<ParameterInfo, object?> bind,
        CancellationToken ct
    )
    {
        var result = await Unwrap(Call(function, services, bind));
        await outputs.DispatchAsync(function.Method, result, ct);
        return result;
    }

    /// <summary>Without awaiting: an orchestrator's task ends only with its last turn.</summary>
    public object? Call(FunctionDescriptor function, IServiceProvider services, Func<ParameterInfo, object?> bind)
    {
        var method = function.Method;
        var target = method.IsStatic
            ? null
            : _factories.GetOrAdd(method.DeclaringType!, t => ActivatorUtilities.CreateFactory(t, Type.EmptyTypes))(services, null);
        try
        {
            return method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, method.GetParameters().Select(bind).ToArray(), null);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(e.InnerException);
            throw;
        }
    }

    public static async Task<object?> Unwrap(object? result)
    {
        if (result is not Task task) return result;
        await task;
        return ResultOf(task);
    }

    public static object? ResultOf(Task task)
    {
        var type = task.GetType();
        while (type is not null && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))) type = type.BaseType;
        return type is null || type.GetGenericArguments()[0].Name == "VoidTaskResult" ? null : type.GetProperty("Result")!.GetValue(task);
    }
}
