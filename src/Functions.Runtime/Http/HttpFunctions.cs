using System.Linq.Expressions;
using System.Reflection;
using AgentInvest.Functions.Runtime.Durable;
using AgentInvest.Functions.Runtime.SignalR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace AgentInvest.Functions.Runtime.Http;

/// <summary>Maps HTTP functions to Kestrel. Each call is one compiled delegate: no reflection per request.</summary>
internal static class HttpFunctions
{
    private delegate object? Call(object? target, HttpContext http);

    public static void Map(IEndpointRouteBuilder routes, FunctionCatalogue catalogue, LocalFunctionsOptions options)
    {
        foreach (var function in catalogue.Of(TriggerKind.Http))
        {
            var trigger = function.Trigger<HttpTriggerAttribute>();
            var pattern = RoutePatternFactory.Parse(
                $"/{options.RoutePrefix}/{FunctionCatalogue.Route(function)}".Replace("//", "/", StringComparison.Ordinal)
            );
            var methods = trigger.Methods.Length == 0 ? ["GET", "POST"] : trigger.Methods.Select(m => m.ToUpperInvariant());
            var attributes = function
                .Method.GetCustomAttributes(true)
                .Concat(function.Method.DeclaringType!.GetCustomAttributes(true))
                .ToArray();
            routes.Map(pattern, Compile(function))
                .WithMetadata(new HttpMethodMetadata(methods), new FunctionMetadata(function.Name, function.Method))
                .WithMetadata(attributes).WithDisplayName(function.Name);
        }
    }

    /// <summary>The property that answers the request, of a result that has other outputs besides.</summary>
    public static PropertyInfo? ResultProperty(Type type) =>
        Array.Find(type.GetProperties(), p => p.IsDefined(typeof(HttpResultAttribute)) && typeof(IResult).IsAssignableFrom(p.PropertyType));

    private static RequestDelegate Compile(FunctionDescriptor function)
    {
        var method = function.Method;
        var call = Bind(method, function);
        var factory = method.IsStatic ? null : ActivatorUtilities.CreateFactory(method.DeclaringType!, Type.EmptyTypes);
        var hasOutputs = method.IsDefined(typeof(SignalROutputAttribute)) || !typeof(IResult).IsAssignableFrom(ReturnType(method));
        return async http =>
        {
            var result = call(factory?.Invoke(http.RequestServices, null), http);
            if (result is Task<IResult> usual) result = await usual;
            else if (result is Task) result = await FunctionInvoker.Unwrap(result);
            if (hasOutputs)
            {
                await http.RequestServices.GetRequiredService<SignalROutputs>().DispatchAsync(method, result, http.RequestAborted);
                result = result is IResult ? result : ResultProperty(result!.GetType())!.GetValue(result);
            }
            await ((IResult)result!).ExecuteAsync(http);
        };
    }

    private static Type ReturnType(MethodInfo method) =>
        method.ReturnType is { IsGenericType: true } t && t.GetGenericTypeDefinition() == typeof(Task<>)
            ? t.GetGenericArguments()[0]
            : method.ReturnType;

    private static Call Bind(MethodInfo method, FunctionDescriptor function)
    {
        var target = Expression.Parameter(typeof(object), "target");
        var http = Expression.Parameter(typeof(HttpContext), "http");
        var arguments = method.GetParameters().Select(p => Argument(p, http, function));
        var instance = method.IsStatic ? null : Expression.Convert(target, method.DeclaringType!);
        return Expression
            .Lambda<Call>(Expression.Convert(Expression.Call(instance, method, arguments), typeof(object)), target, http)
            .Compile();
    }

    private static Expression Argument(ParameterInfo parameter, ParameterExpression http, FunctionDescriptor function)
    {
        var type = parameter.ParameterType;
        if (type == typeof(HttpContext)) return http;
        if (type == typeof(HttpRequest)) return Expression.Property(http, nameof(HttpContext.Request));
        if (type == typeof(CancellationToken)) return Expression.Property(http, nameof(HttpContext.RequestAborted));
        if (type == typeof(FunctionContext))
            return Expression.Call(typeof(HttpFunctions), nameof(ContextOf), null, http, Expression.Constant(function.Name));
        if (type == typeof(DurableTaskClient)) return Expression.Call(typeof(HttpFunctions), nameof(Service), [type], http);
        if (type == typeof(string))
            return Expression.Call(typeof(HttpFunctions), nameof(Text), null, http, Expression.Constant(parameter.Name));
        throw FunctionCatalogue.Refuse(
            function.Name,
            $"takes the route value '{parameter.Name}' as {type.Name}; take it as string and read it in one place"
        );
    }

    private static FunctionContext ContextOf(HttpContext http, string name) => new(name, http.RequestServices, http.RequestAborted);
    private static T Service<T>(HttpContext http) where T : notnull => http.RequestServices.GetRequiredService<T>();
    private static string? Text(HttpContext http, string name) => http.Request.RouteValues[name] as string;
}
