using System.Reflection;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace AgentInvest.AzureHost.Tests.Host;

/// <summary>
/// The service by which the Functions host and its worker exchange messages, each message as JSON. The official worker package keeps the
/// message types internal but carries their descriptors, from which they are read here.
/// </summary>
[BindServiceMethod(typeof(WorkerProtocol), nameof(Bind))]
public abstract class WorkerProtocol
{
    private static readonly FileDescriptor Contract = (FileDescriptor)
        Assembly
            .Load("Microsoft.Azure.Functions.Worker.Grpc")
            .GetType("Microsoft.Azure.Functions.Worker.Grpc.Messages.FunctionRpcReflection", throwOnError: true)!
            .GetProperty("Descriptor")!
            .GetValue(null)!;

    private static readonly MessageDescriptor Message = Contract.MessageTypes.Single(m => m.Name == "StreamingMessage");
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default);
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default);

    private static readonly Marshaller<JsonObject> Marshaller = Marshallers.Create(
        json => Parser.Parse(json.ToJsonString(), Message).ToByteArray(),
        bytes => JsonNode.Parse(Formatter.Format(Message.Parser.ParseFrom(bytes)))!.AsObject()
    );

    /// <summary>Called by gRPC: once without an instance to find the methods.</summary>
    public static void Bind(ServiceBinderBase binder, WorkerProtocol? service)
    {
        var method = new Method<JsonObject, JsonObject>(
            MethodType.DuplexStreaming,
            Contract.Services.Single().FullName,
            "EventStream",
            Marshaller,
            Marshaller
        );
        binder.AddMethod(method, service is null ? null! : service.EventStream);
    }

    /// <summary>The one stream of a worker, open as long as it lives.</summary>
    public abstract Task EventStream(
        IAsyncStreamReader<JsonObject> requests,
        IServerStreamWriter<JsonObject> responses,
        ServerCallContext context
    );
}

/// <param name="received">Takes what the worker sends.</param>
/// <param name="toSend">What the host sends.</param>
public sealed class WorkerConnection(Action<JsonObject> received, IAsyncEnumerable<JsonObject> toSend) : WorkerProtocol
{
    public override async Task EventStream(
        IAsyncStreamReader<JsonObject> requests,
        IServerStreamWriter<JsonObject> responses,
        ServerCallContext context
    )
    {
        var sending = SendAsync(responses, context.CancellationToken);
        try
        {
            await foreach (var message in requests.ReadAllAsync(context.CancellationToken))
                received(message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The worker has ended.
        }
        await Task.WhenAny(sending);
    }

    private async Task SendAsync(IServerStreamWriter<JsonObject> responses, CancellationToken ct)
    {
        await foreach (var message in toSend.WithCancellation(ct))
            await responses.WriteAsync(message, ct);
    }
}
