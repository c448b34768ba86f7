using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Text.Json.Nodes;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.DurableTask;
using Microsoft.Azure.WebJobs.Extensions.DurableTask.ContextImplementations;
using Microsoft.Azure.WebJobs.Extensions.DurableTask.Options;
using Microsoft.Azure.WebJobs.Host.Config;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json;

// IWebHookProvider is "not ready for public consumption"; the extension's constructor asks for one all the same.
#pragma warning disable CS0618

namespace AgentInvest.AzureHost.Tests.Host;

/// <summary>
/// The official durable extension in a WebJobs host of its own, configured by the packed host.json and the app settings. Its triggers are
/// methods made at run time, one for each orchestrator and activity, which call the worker.
/// </summary>
internal sealed class DurableExtension : IAsyncDisposable
{
    /// <summary>Where the Functions host keeps host.json among its settings, and how app settings override it.</summary>
    private const string Section = "AzureFunctionsJobHost";

    private readonly IHost _host;
    private readonly string _hub;

    private DurableExtension(IHost host, string hub) => (_host, _hub) = (host, hub);

    /// <summary>What the worker's durable client is bound to: the extension's address and its task hub.</summary>
    public string ClientBinding { get; private set; } = "";

    public static async Task<DurableExtension> StartAsync(
        FunctionsHost functions,
        string folder,
        IReadOnlyDictionary<string, string> settings
    )
    {
        // The extension asks its environment which protocol the workers speak.
        Environment.SetEnvironmentVariable("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated");
        Environment.SetEnvironmentVariable("CONTAINER_NAME", null);
        var key = Guid.NewGuid().ToString("N");
        WorkerCalls.Hosts[key] = functions;
        var type = DefineFunctions(functions, key);
        var hostJson = new ConfigurationBuilder().AddJsonFile(Path.Combine(folder, "host.json")).Build().AsEnumerable();
        var host = new HostBuilder()
            .ConfigureAppConfiguration(c => c
                .AddInMemoryCollection(hostJson.Select(s => KeyValuePair.Create($"{Section}:{s.Key}", s.Value)))
                .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key.Replace("__", ":"), (string?)s.Value)))
                .AddInMemoryCollection([KeyValuePair.Create<string, string?>("AzureWebJobsConfigurationSection", Section)])
            )
            .ConfigureLogging(l => l.ClearProviders())
            .ConfigureWebJobs(jobs => jobs.AddDurableTask())
            .ConfigureServices(s => s
                .AddSingleton<ITypeLocator>(new OneType(type))
                .AddSingleton<IWebHookProvider>(new NoWebHooks())
            )
            .Build();
        var extension = new DurableExtension(host, settings["TASKHUB_NAME"]);
        try
        {
            await host.StartAsync();
        }
        catch
        {
            // One that has not started cannot be stopped.
            host.Dispose();
            throw;
        }
        try
        {
            await host.Services.GetRequiredService<IJobHost>().CallAsync(nameof(ClientBinding), new Dictionary<string, object>());
            extension.ClientBinding = WorkerCalls.ClientBindings[key];
            return extension;
        }
        catch
        {
            await extension.DisposeAsync();
            throw;
        }
    }

    /// <summary>An orchestration as the hub knows it, with input and output.</summary>
    public Task<DurableOrchestrationStatus?> FindAsync(string instanceId) =>
        _host
            .Services.GetRequiredService<IDurableClientFactory>()
            .CreateClient(new DurableClientOptions { TaskHub = _hub, ConnectionName = "AzureWebJobsStorage" })
            .GetStatusAsync(instanceId, showHistory: false, showHistoryOutput: false, showInput: true)!;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static Type DefineFunctions(FunctionsHost functions, string key)
    {
        var type = AssemblyBuilder
            .DefineDynamicAssembly(new AssemblyName("Functions" + key), AssemblyBuilderAccess.Run)
            .DefineDynamicModule("Functions")
            .DefineType("Functions", TypeAttributes.Public);
        foreach (var function in functions.Functions.Values)
        {
            var trigger = function.Binding("orchestrationTrigger") is not null ? typeof(OrchestrationTriggerAttribute)
                : function.Binding("activityTrigger") is not null ? typeof(ActivityTriggerAttribute)
                : null;
            if (trigger is null) continue;
            var parameter = (string)function.Trigger["name"]!;
            DefineMethod(type, function.Name, typeof(Task<object>), (parameter, trigger), nameof(WorkerCalls.CallAsync), key);
        }
        var client = ("client", typeof(DurableClientAttribute));
        DefineMethod(type, nameof(ClientBinding), typeof(void), client, nameof(WorkerCalls.KeepBinding), key)
            .SetCustomAttribute(new CustomAttributeBuilder(typeof(NoAutomaticTriggerAttribute).GetConstructor([])!, []));
        return type.CreateType();
    }

    /// <summary><c>static result name([binding] string parameter) => WorkerCalls.target(key, name, parameter)</c></summary>
    private static MethodBuilder DefineMethod(
        TypeBuilder type,
        string name,
        Type result,
        (string Name, Type Binding) parameter,
        string target,
        string key
    )
    {
        var method = type.DefineMethod(name, MethodAttributes.Public | MethodAttributes.Static, result, [typeof(string)]);
        var named = typeof(FunctionNameAttribute).GetConstructor([typeof(string)])!;
        method.SetCustomAttribute(new CustomAttributeBuilder(named, [name]));
        method
            .DefineParameter(1, ParameterAttributes.None, parameter.Name)
            .SetCustomAttribute(new CustomAttributeBuilder(parameter.Binding.GetConstructor([])!, []));
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldstr, key);
        il.Emit(OpCodes.Ldstr, name);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(WorkerCalls).GetMethod(target)!);
        il.Emit(OpCodes.Ret);
        return method;
    }

    private sealed class OneType(Type type) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [type];
    }

    private sealed class NoWebHooks : IWebHookProvider
    {
        public Uri GetUrl(IExtensionConfigProvider extension) => new("http://127.0.0.1/none");
    }
}

/// <summary>Where the methods made at run time lead; public, because they are in an assembly of their own.</summary>
public static class WorkerCalls
{
    internal static ConcurrentDictionary<string, FunctionsHost> Hosts { get; } = new();

    internal static ConcurrentDictionary<string, string> ClientBindings { get; } = new();

    public static void KeepBinding(string key, string name, string binding) => ClientBindings[key] = binding;

    /// <summary>Runs an orchestrator's turn or an activity in the worker.</summary>
    public static async Task<object?> CallAsync(string key, string name, string? input)
    {
        var host = Hosts[key];
        var answer = await host.InvokeAsync(host.Functions[name], input is null ? [] : new JsonObject { ["string"] = input }, []);
        var result = answer["result"];
        // The extension reads type and message of a failure out of a text of this form.
        if ((string?)result?["status"] != "Success")
            throw new InvalidOperationException(
                $"Result: Failure\nException: {result?["exception"]?["message"]}\nStack: {result?["exception"]?["stackTrace"]}"
            );
        return answer["returnValue"] is JsonObject value ? Read(value) : null;
    }

    /// <param name="value">TypedData.</param>
    private static object? Read(JsonObject value) =>
        value["string"] is { } text ? (string)text!
        : value["json"] is { } json
            ? JsonConvert.DeserializeObject((string)json!, new JsonSerializerSettings { DateParseHandling = DateParseHandling.None })
        : value["int"] is { } integer ? long.Parse((string)integer!, CultureInfo.InvariantCulture)
        : value["double"] is { } number ? (double)number
        : null;
}
