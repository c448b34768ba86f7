using System.Collections.Concurrent;
using System.Net;
using System.Reflection;
using AgentInvest.Core.Http;
using Microsoft.AspNetCore.Http;

namespace AgentInvest.Functions.Azure;

/// <summary>The request pipeline around every HTTP function of the isolated worker; other triggers pass by.</summary>
internal sealed class PipelineMiddleware(RequestPipeline pipeline) : IFunctionsWorkerMiddleware
{
    private readonly ConcurrentDictionary<string, EndpointPolicy> _policies = new();

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is not { } http) return next(context);
        // Between caller and worker stand Front Door, the gateway and the Functions host; the gateway says who called, and nobody else can
        // reach an app.
        if (IPAddress.TryParse(http.Request.Headers["X-AgentInvest-Client"], out var client)) http.Connection.RemoteIpAddress = client;
        return pipeline.InvokeAsync(http, _policies.GetOrAdd(context.FunctionDefinition.EntryPoint, PolicyOf), async _ =>
        {
            await next(context);
            // The worker would run the result after this middleware; the pipeline must see its status and body.
            var invocation = context.GetInvocationResult();
            if (invocation.Value is IResult result)
            {
                invocation.Value = null;
                await result.ExecuteAsync(http);
            }
        });
    }

    /// <param name="entryPoint">Type and method, joined by a dot.</param>
    private static EndpointPolicy PolicyOf(string entryPoint)
    {
        var dot = entryPoint.LastIndexOf('.');
        var type = Assembly.GetExecutingAssembly().GetType(entryPoint[..dot], throwOnError: true)!;
        var method = type.GetMethod(entryPoint[(dot + 1)..]) ?? throw new InvalidOperationException($"There is no method {entryPoint}.");
        return EndpointPolicy.Of(method.GetCustomAttributes(inherit: true).Concat(type.GetCustomAttributes(inherit: true)));
    }
}
