using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentInvest.AzureHost.Tests.Host;

/// <summary>One worker process of a packed app, and the messages between it and its host.</summary>
internal sealed class Worker : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(120);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonObject>> _expected = new();
    private readonly Channel<JsonObject> _toSend = Channel.CreateUnbounded<JsonObject>();
    private readonly string _folder;
    private readonly Action<string> _log;
    private readonly WebApplication _rpc;
    private ChildProcess? _process;

    private Worker(string folder, Action<string> log)
    {
        _folder = folder;
        _log = log;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc(o => o.MaxReceiveMessageSize = o.MaxSendMessageSize = null);
        builder.Services.AddSingleton(new WorkerConnection(Receive, _toSend.Reader.ReadAllAsync()));
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        _rpc = builder.Build();
        _rpc.MapGrpcService<WorkerConnection>();
    }

    public int ProcessId => _process!.Id;

    public Task Exited => _process!.Exited;

    /// <summary>Where the worker's own web server listens.</summary>
    public string HttpUrl { get; private set; } = "";

    public JsonObject Capabilities { get; private set; } = [];

    /// <param name="folder">Of the packed app.</param>
    /// <param name="settings">App settings, as environment variables.</param>
    /// <param name="log">Takes what the worker logs, to its console and to its host.</param>
    public static async Task<Worker> StartAsync(string folder, IReadOnlyDictionary<string, string> settings, Action<string> log)
    {
        var worker = new Worker(folder, log);
        try
        {
            await worker._rpc.StartAsync();
            await worker.StartProcessAsync(settings);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Which functions the app has.</summary>
    public async Task<IReadOnlyList<Function>> IndexAsync()
    {
        var request = new JsonObject { ["functionAppDirectory"] = _folder };
        var index = await AskAsync("functionsMetadataRequest", request, "functionMetadataResponse");
        return index["functionMetadataResults"]!.AsArray().Select(f => Function.Of(f!.AsObject(), _folder)).ToList();
    }

    public async Task LoadAsync(IReadOnlyCollection<Function> functions)
    {
        var answers = functions.Select(f => (f.Name, Answer: Expect("load " + f.Id))).ToList();
        foreach (var function in functions)
            Send(
                "functionLoadRequest",
                new JsonObject { ["functionId"] = function.Id, ["metadata"] = function.Metadata.DeepClone() }
            );
        foreach (var (name, answer) in answers)
            EnsureSuccess(name, await answer.WaitAsync(StartTimeout));
    }

    /// <param name="request">An InvocationRequest.</param>
    /// <returns>The InvocationResponse, of a failure too.</returns>
    public async Task<JsonObject> InvokeAsync(JsonObject request)
    {
        var answer = Expect("invocation " + request["invocationId"]);
        Send("invocationRequest", request);
        return await answer;
    }

    /// <exception cref="InvalidOperationException">The worker says that it failed.</exception>
    public static void EnsureSuccess(string what, JsonObject answer)
    {
        if ((string?)answer["result"]?["status"] != "Success") throw new InvalidOperationException($"{what}: {answer["result"]}");
    }

    public void Kill() => _process?.Kill();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _toSend.Writer.TryComplete();
        await _rpc.DisposeAsync();
    }

    private async Task StartProcessAsync(IReadOnlyDictionary<string, string> settings)
    {
        var started = Expect("startStream");
        _process = await ChildProcess.StartAsync(Command(settings), _log);
        _ = FailPendingAsync(_process.Exited);
        await started.WaitAsync(StartTimeout);
        var request = new JsonObject
        {
            ["hostVersion"] = "4.1045.0",
            ["functionAppDirectory"] = _folder,
            ["workerDirectory"] = _folder,
        };
        var answer = await AskAsync("workerInitRequest", request, "workerInitResponse");
        Capabilities = answer["capabilities"]!.AsObject();
        HttpUrl = (string)Capabilities["HttpUri"]!;
        await WarmUpAsync();
    }

    /// <summary>
    /// Waits for the worker's web server, which comes up after its answer, and makes its first request: on a busy machine that may take
    /// longer than an invocation waits for its HTTP request, 5 s.
    /// </summary>
    private async Task WarmUpAsync()
    {
        using var client = new HttpClient { BaseAddress = new Uri(HttpUrl) };
        for (var i = 0; ; i++)
        {
            try
            {
                using var anything = await client.GetAsync(new Uri("/", UriKind.Relative));
                return;
            }
            catch (HttpRequestException) when (i < 600 && !_process!.Exited.IsCompleted)
            {
                await Task.Delay(100);
            }
        }
    }

    private ProcessStartInfo Command(IReadOnlyDictionary<string, string> settings)
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "worker.config.json")))!["description"]!;
        var start = new ProcessStartInfo((string)config["defaultExecutablePath"]!) { WorkingDirectory = _folder };
        string[] arguments =
        [
            Path.Combine(_folder, (string)config["defaultWorkerPath"]!),
            "--functions-uri", _rpc.Urls.Single(),
            "--functions-worker-id", "worker",
            "--functions-request-id", "start",
            "--functions-grpc-max-message-length", $"{int.MaxValue}",
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // What this machine or a test runner has set is not what a function app has.
        foreach (var name in start.Environment.Keys.Where(IsForeign).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        start.Environment["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated";
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = _folder;
        return start;
    }

    private static bool IsForeign(string name) =>
        name is "CONTAINER_NAME"
        || name.Contains("__", StringComparison.Ordinal)
        || name.StartsWith("OTEL_", StringComparison.Ordinal)
        || name.StartsWith("CORECLR_", StringComparison.OrdinalIgnoreCase);

    private async Task FailPendingAsync(Task exited)
    {
        await exited;
        foreach (var key in _expected.Keys)
            if (_expected.TryRemove(key, out var answer))
                answer.TrySetException(new WorkerProcessExitException($"The worker has ended while the host waited for '{key}'."));
    }

    private async Task<JsonObject> AskAsync(string request, JsonObject body, string response)
    {
        var expected = Expect(response);
        Send(request, body);
        var answer = await expected.WaitAsync(StartTimeout);
        EnsureSuccess(request, answer);
        return answer;
    }

    private Task<JsonObject> Expect(string key)
    {
        var answer = _expected[key] = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        // It may have ended between the caller's look and this one.
        if (_process?.Exited.IsCompleted == true) _ = FailPendingAsync(Task.CompletedTask);
        return answer.Task;
    }

    private void Send(string kind, JsonObject body) =>
        _toSend.Writer.TryWrite(new JsonObject { ["requestId"] = Guid.NewGuid().ToString(), [kind] = body });

    private void Receive(JsonObject message)
    {
        foreach (var (kind, content) in message)
        {
            if (content is not JsonObject body) continue;
            if (kind == "rpcLog")
            {
                _log($"{body["level"]} {body["category"]} {body["message"]} {body["exception"]?["message"]}");
                continue;
            }
            var key = kind switch
            {
                "invocationResponse" => "invocation " + body["invocationId"],
                "functionLoadResponse" => "load " + body["functionId"],
                _ => kind,
            };
            if (_expected.TryRemove(key, out var answer)) answer.TrySetResult(body);
        }
    }
}
