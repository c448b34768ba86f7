using System.Text.Json;
using AgentInvest.Core.Data;
using AgentInvest.Core.Http;
using AgentInvest.Core.Jobs;

namespace AgentInvest.Functions;

/// <summary>
/// Jobs of the app that this file is compiled into (<c>RunsJobs</c> in its project): started as orchestrations of its own hub, their state
/// written by it into the ledger of jobs.
/// </summary>
public sealed class AppJobFunctions(JobLedger jobs, Outbox outbox)
{
    internal const string UpdateJob = App.Name + nameof(UpdateJob);

    [Function(UpdateJob)]
    public Task Update([ActivityTrigger] JobUpdate update, CancellationToken ct) => jobs.UpdateAsync(update, ct);

    [Function(App.Name + nameof(TerminateJobs))]
    public Task TerminateJobs(
        [TimerTrigger("* * * * * *", UseMonitor = false)] TimerInfo timer,
        [DurableClient] DurableTaskClient client,
        CancellationToken ct
    ) =>
        outbox.DrainAsync<string>(
            JobLedger.TerminationKind(App.Name),
            instanceId => client.TerminateInstanceAsync(instanceId, "Terminated by its owner.", ct),
            ct
        );
}

internal static class JobExtensions
{
    private static readonly TaskOptions Retry = TaskOptions.FromRetryPolicy(
        new RetryPolicy(5, TimeSpan.FromSeconds(1), 2.0, TimeSpan.FromSeconds(30))
    );

    /// <summary>Starts the job and answers 202 with its address.</summary>
    public static async Task<IResult> AcceptJobAsync(
        this DurableTaskClient client,
        JobLedger jobs,
        JobOrder order,
        string orchestrator,
        object input,
        CancellationToken ct
    )
    {
        var started = JobStarted.Of(await client.StartJobAsync(jobs, order, orchestrator, input, ct));
        return Answer.Accepted(started).With("Location", started.StatusUrl);
    }

    /// <summary>
    /// Starts the job, unless one of the same key is under way: then that one is the answer, however many ask at once.
    /// </summary>
    /// <returns>The instance id.</returns>
    public static async Task<string> StartJobAsync(
        this DurableTaskClient client,
        JobLedger jobs,
        JobOrder order,
        string orchestrator,
        object input,
        CancellationToken ct
    )
    {
        while (true)
        {
            var (id, isNew) = await jobs.AddAsync(order, ct);
            var instance = isNew ? null : await client.GetInstanceAsync(id, false, ct);
            if (instance is { IsCompleted: false }) return id;
            if (instance is null)
            {
                // New, or its host died between the row and the orchestration.
                await ScheduleAsync(client, orchestrator, input, id, ct);
                return id;
            }
            // An orchestration that ended without a word, as one does that was terminated at the hub.
            await jobs.UpdateAsync(new JobUpdate(order.UserId, id, JobStatus.Failed, null, Error: "The job ended without a result."), ct);
        }
    }

    private static async Task ScheduleAsync(DurableTaskClient client, string orchestrator, object input, string id, CancellationToken ct)
    {
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(id), ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Each hub refuses an instance that exists in its own way; somebody else who asked at the same moment has scheduled it.
            if (await client.GetInstanceAsync(id, false, ct) is null) throw;
        }
    }

    /// <summary>
    /// An orchestrator's whole work as a job: running, then completed with what <paramref name="work"/> answers, or failed with the words
    /// of the refusal.
    /// </summary>
    public static async Task<T> RunJobAsync<T>(this TaskOrchestrationContext context, Guid userId, Func<Task<T>> work)
    {
        Task UpdateAsync(JobUpdate update) => context.CallActivityAsync(AppJobFunctions.UpdateJob, update, Retry);

        await UpdateAsync(new JobUpdate(userId, context.InstanceId, JobStatus.Running, 0));
        try
        {
            var output = await work();
            var json = JsonSerializer.SerializeToElement(output, Json.Options);
            await UpdateAsync(new JobUpdate(userId, context.InstanceId, JobStatus.Completed, 1, json));
            return output;
        }
        catch (TaskFailedException e)
        {
            await UpdateAsync(new JobUpdate(userId, context.InstanceId, JobStatus.Failed, null, Error: Reason(e.FailureDetails)));
            throw;
        }
    }

    /// <summary>A refusal's own words; of a fault nothing but that it was ours.</summary>
    private static string Reason(TaskFailureDetails failure) =>
        failure.IsCausedBy<ProblemException>() && failure.ErrorMessage.Split(": ", 2) is [_, var detail]
            ? detail
            : "Something went wrong on our side.";
}
