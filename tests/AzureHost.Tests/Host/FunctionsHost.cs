using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace AgentInvest.AzureHost.Tests.Host;

/// <summary>
/// Stands in for the Functions host before one packed app. It starts the app's official worker as the host does, leaves out functions that
/// the host would refuse, forwards HTTP requests to the worker's own server, runs timers when a test asks for it, gives orchestrations and
/// activities to the official durable extension, and starts the worker anew when it ends.
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private Task<Worker> _worker = null!;
    private WebApplication? _web;
    private DurableExtension? _durable;
    private bool _stopping;

    private FunctionsHost(string folder, IReadOnlyDictionary<string, string> settings) => (_folder, _settings) = (folder, settings);

    /// <summary>Where HTTP functions are served, without the route prefix.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>By name; without those that the host refuses.</summary>
    public IReadOnlyDictionary<string, Function> Functions { get; private set; } = new Dictionary<string, Function>();

    /// <summary>Functions that the host refuses, and why.</summary>
    public IReadOnlyList<string> Refused { get; private set; } = [];

    /// <summary>What the worker has logged.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    internal DurableExtension Durable => _durable ?? throw new InvalidOperationException("The app was started without a task hub.");

    /// <param name="folder">Of the packed app.</param>
    /// <param name="settings">App settings. With <c>TASKHUB_NAME</c> its orchestrations run too.</param>
    public static async Task<FunctionsHost> StartAsync(string folder, IReadOnlyDictionary<string, string> settings)
    {
        var host = new FunctionsHost(folder, settings);
        try
        {
            host._worker = Worker.StartAsync(folder, settings, host.Log.Enqueue);
            await host.LoadAsync(await host._worker);
            if (settings.ContainsKey("TASKHUB_NAME")) host._durable = await DurableExtension.StartAsync(host, folder, settings);
            await host.ServeAsync();
            _ = host.KeepWorkerAsync();
            return host;
        }
        catch (Exception e)
        {
            await host.DisposeAsync();
            throw new InvalidOperationException($"{Path.GetFileName(folder)} did not start:\n{string.Join('\n', host.Log)}", e);
        }
    }

    public async Task<JsonObject> CapabilitiesAsync() => (await _worker).Capabilities;

    /// <summary>Ends the worker as kill -9 does; the host starts it anew.</summary>
    public async Task KillWorkerAsync() => (await _worker).Kill();

    /// <summary>Runs a timer's function now.</summary>
    /// <returns>What the worker answers: return value and output bindings.</returns>
    public async Task<JsonObject> FireAsync(string timer)
    {
        var info = new JsonObject { ["json"] = """{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}""" };
        var answer = await InvokeAsync(Functions[timer], info, []);
        Worker.EnsureSuccess(timer, answer);
        return answer;
    }

    /// <param name="trigger">What the trigger binds to, as TypedData.</param>
    /// <param name="metadata">Trigger metadata: an HTTP trigger's route values.</param>
    internal async Task<JsonObject> InvokeAsync(Function function, JsonObject trigger, JsonObject metadata, string? invocationId = null)
    {
        var inputs = new JsonArray(new JsonObject { ["name"] = (string)function.Trigger["name"]!, ["data"] = trigger });
        if (function.Binding("durableClient") is { } client)
            inputs.Add(
                new JsonObject
                {
                    ["name"] = (string)client["name"]!,
                    ["data"] = new JsonObject { ["string"] = Durable.ClientBinding },
                }
            );
        var request = new JsonObject
        {
            ["invocationId"] = invocationId ?? Guid.NewGuid().ToString(),
            ["functionId"] = function.Id,
            ["inputData"] = inputs,
            ["triggerMetadata"] = metadata,
            ["traceContext"] = new JsonObject(),
            ["retryContext"] = new JsonObject(),
        };
        return await (await _worker).InvokeAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        if (_web is not null) await _web.DisposeAsync();
        if (_durable is not null) await _durable.DisposeAsync();
        if (_worker is { IsCompletedSuccessfully: true }) await (await _worker).DisposeAsync();
        _client.Dispose();
    }

    private async Task LoadAsync(Worker worker)
    {
        var all = await worker.IndexAsync();
        Refused = all.Where(f => f.Refusal() is not null).Select(f => $"The '{f.Name}' function is in error: {f.Refusal()}").ToList();
        Functions = all.Where(f => f.Refusal() is null).ToDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);
        await worker.LoadAsync([.. Functions.Values]);
    }

    private async Task ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting().AddHttpForwarder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        var forwarder = _web.Services.GetRequiredService<IHttpForwarder>();
        var hostJson = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "host.json")))!;
        var prefix = (string)hostJson["extensions"]!["http"]!["routePrefix"]!;
        foreach (var function in Functions.Values.Where(f => f.Binding("httpTrigger") is not null))
        {
            var methods = function.Trigger["methods"]!.AsArray().Select(m => ((string)m!).ToUpperInvariant());
            _web.MapMethods($"/{prefix}/{function.Route}", methods, http => ForwardAsync(forwarder, function, http));
        }
        await _web.StartAsync();
        Url = new Uri(_web.Urls.Single());
    }

    /// <summary>The worker answers the forwarded request once it has the invocation of the same id.</summary>
    private async Task ForwardAsync(IHttpForwarder forwarder, Function function, HttpContext http)
    {
        var id = Guid.NewGuid().ToString();
        http.Request.Headers["x-ms-invocation-id"] = id;
        var metadata = new JsonObject();
        foreach (var (name, value) in http.Request.RouteValues) metadata[name] = new JsonObject { ["string"] = value?.ToString() };
        var worker = await _worker;
        var forwarded = forwarder.SendAsync(http, worker.HttpUrl, _client, new ForwarderRequestConfig()).AsTask();
        try
        {
            await Task.WhenAll(forwarded, InvokeAsync(function, new JsonObject { ["http"] = new JsonObject() }, metadata, id));
        }
        catch (WorkerProcessExitException) when (!http.Response.HasStarted)
        {
            http.Response.StatusCode = StatusCodes.Status502BadGateway;
        }
    }

    private async Task KeepWorkerAsync()
    {
        while (true)
        {
            var ended = await _worker;
            await ended.Exited;
            if (_stopping) return;
            _worker = RestartAsync();
            await ended.DisposeAsync();
        }
    }

    private async Task<Worker> RestartAsync()
    {
        var worker = await Worker.StartAsync(_folder, _settings, Log.Enqueue);
        await worker.IndexAsync();
        await worker.LoadAsync([.. Functions.Values]);
        return worker;
    }
}
