using AgentInvest.Functions.Runtime;
using AgentInvest.Functions.Runtime.Durable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Api.Tests;

/// <summary>A function app with effects that can be counted, in a process that can be killed: this assembly started as a program.</summary>
public static class SampleHost
{
    public static string Program => typeof(SampleHost).Assembly.Location;

    public const string Tables = """
        create table effects (instance text, step int, primary key (instance, step));
        create table attempts (instance text, step int, process int);
        create table ticks (occurrence timestamptz, process int);
        """;

    public static async Task Main()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddSingleton(NpgsqlDataSource.Create(Environment.GetEnvironmentVariable("ConnectionStrings__Postgres")!));
        builder.Services.AddLocalFunctions(options =>
        {
            options.Assemblies.Add(typeof(SampleHost).Assembly);
            options.DurableLease = TimeSpan.FromSeconds(builder.Configuration.GetValue<double>("Lease"));
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var url = $"http://localhost:{Environment.GetEnvironmentVariable("AGENTINVEST_PORT")}";
        builder.WebHost.UseUrls(url);
        await using var app = builder.Build();
        app.MapLocalFunctions();
        await app.StartAsync();
        Console.WriteLine($"AgentInvest is ready on {url}");
        await app.WaitForShutdownAsync();
    }
}

public sealed class SampleFunctions(NpgsqlDataSource source)
{
    public sealed record Step(string Instance, int Number);

    [Function("StartSteps")]
    public async Task<IResult> Start(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "steps/{id}/{count}")] HttpRequest request,
        string id,
        string count,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        await client.ScheduleNewOrchestrationInstanceAsync(
            "Steps",
            int.Parse(count, System.Globalization.CultureInfo.InvariantCulture),
            new StartOrchestrationOptions(id),
            ct
        );
        return Results.Accepted();
    }

    [Function("GetSteps")]
    public async Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "steps/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    )
    {
        var instance = await client.GetInstanceAsync(id, true, ct);
        return instance is null
            ? Results.NotFound()
            : Results.Json(
                new
                {
                    status = instance.RuntimeStatus.ToString(),
                    output = instance.SerializedOutput,
                    failure = instance.FailureDetails?.ErrorMessage,
                }
            );
    }

    /// <summary>Half of the steps one after the other, half at once; answers the sum of what they answered.</summary>
    [Function("Steps")]
    public static async Task<int> Run([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var count = context.GetInput<int>();
        var sum = 0;
        for (var i = 0; i < count / 2; i++) sum += await context.CallActivityAsync<int>("TakeStep", new Step(context.InstanceId, i));
        return sum
            + (
                await Task.WhenAll(
                    Enumerable
                        .Range(count / 2, count - count / 2)
                        .Select(i => context.CallActivityAsync<int>("TakeStep", new Step(context.InstanceId, i)))
                )
            ).Sum();
    }

    /// <summary>At least once, so guarded by a key, as activities have to be.</summary>
    [Function("TakeStep")]
    public async Task<int> Take([ActivityTrigger] Step step, CancellationToken ct)
    {
        await ExecuteAsync("insert into attempts values ($1, $2, $3)", ct, step.Instance, step.Number, Environment.ProcessId);
        await Task.Delay(60, ct);
        await ExecuteAsync("insert into effects values ($1, $2) on conflict do nothing", ct, step.Instance, step.Number);
        return step.Number;
    }

    [Function("Tick")]
    public Task Tick([TimerTrigger("* * * * * *")] TimerInfo timer, CancellationToken ct) =>
        ExecuteAsync("insert into ticks select last, $1 from runtime.timers where name = 'Tick'", ct, Environment.ProcessId);

    private async Task ExecuteAsync(string sql, CancellationToken ct, params object[] args)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var arg in args) command.Parameters.Add(new NpgsqlParameter { Value = arg });
        await command.ExecuteNonQueryAsync(ct);
    }
}
