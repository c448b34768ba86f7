using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AgentInvest.Functions.Runtime.Timers;

/// <summary>
/// Fires timer functions. Hosts that share a database fire an occurrence once: whoever gets the timer's advisory lock and finds the
/// occurrence not yet taken runs it, and holds the lock meanwhile so that runs never overlap. The lock belongs to a connection: it goes
/// with a killed host.
/// </summary>
internal sealed partial class TimerService(
    FunctionCatalogue catalogue,
    FunctionInvoker invoker,
    IServiceScopeFactory scopes,
    NpgsqlDataSource source,
    TimeProvider time,
    ILogger<TimerService> log
) : BackgroundService
{
    /// <summary>How long to wait before asking an unavailable database again.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(catalogue.Of(TriggerKind.Timer).Select(f => RunAsync(f, stoppingToken)));

    private async Task RunAsync(FunctionDescriptor function, CancellationToken ct)
    {
        await Task.Yield();
        var trigger = function.Trigger<TimerTriggerAttribute>();
        var schedule = Schedule.Parse(function.Name, trigger.Schedule);
        var due = await FirstDueAsync(function, trigger, schedule, ct);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var wait = due - time.GetUtcNow();
                if (wait > TimeSpan.Zero) await Task.Delay(wait < TimeSpan.FromHours(1) ? wait : TimeSpan.FromHours(1), time, ct);
                if (time.GetUtcNow() < due) continue;
                await FireAsync(function, schedule, due, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                // The same occurrence again: one that has been taken is not run twice, one that has not is not lost.
                Log.NotClaimed(log, function.Name, e.Message);
                await Task.Delay(RetryDelay, time, ct);
                continue;
            }
            due = schedule.Next(Max(due, time.GetUtcNow()));
        }
    }

    /// <summary>Now, when an occurrence was missed while no host ran or a run at start is asked for; else the next one.</summary>
    private async Task<DateTimeOffset> FirstDueAsync(
        FunctionDescriptor function,
        TimerTriggerAttribute trigger,
        Schedule schedule,
        CancellationToken ct
    )
    {
        var now = time.GetUtcNow();
        if (trigger.RunOnStartup) return now;
        if (!trigger.UseMonitor) return schedule.Next(now);
        while (true)
        {
            try
            {
                await using var command = source.CreateCommand("select next from runtime.timers where name = $1");
                command.Parameters.Add(new() { Value = function.Name });
                return await command.ExecuteScalarAsync(ct) is DateTime next && next < now.UtcDateTime
                    ? new DateTimeOffset(next, TimeSpan.Zero)
                    : schedule.Next(now);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                Log.NotClaimed(log, function.Name, e.Message);
                await Task.Delay(RetryDelay, time, ct);
            }
        }
    }

    private async Task FireAsync(FunctionDescriptor function, Schedule schedule, DateTimeOffset due, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await LockAsync(connection, "select pg_try_advisory_lock(hashtextextended('timer ' || $1, 0))", function.Name, ct)) return;
        try
        {
            var now = time.GetUtcNow();
            if (await ClaimAsync(connection, function.Name, due, schedule.Next(Max(now, due)), now, ct) is not { } status) return;
            var timer = new TimerInfo { IsPastDue = now - due > TimeSpan.FromSeconds(1), ScheduleStatus = status };
            await InvokeAsync(function, timer, ct);
        }
        finally
        {
            await LockAsync(
                connection,
                "select pg_advisory_unlock(hashtextextended('timer ' || $1, 0))",
                function.Name,
                CancellationToken.None
            );
        }
    }

    private async Task InvokeAsync(FunctionDescriptor function, TimerInfo timer, CancellationToken ct)
    {
        using var activity = RuntimeMetrics.Trace(function.Name);
        var begin = Stopwatch.GetTimestamp();
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            await invoker.InvokeAsync(function, scope.ServiceProvider, p => Bind(p, function, timer, scope.ServiceProvider, ct), ct);
            RuntimeMetrics.Ran("timer", function.Name, "completed", begin);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // A failure must not prevent the next occurrence.
            RuntimeMetrics.Ran("timer", function.Name, "failed", begin);
            Log.Failed(log, function.Name, e);
        }
    }

    private static object? Bind(
        System.Reflection.ParameterInfo parameter,
        FunctionDescriptor function,
        TimerInfo timer,
        IServiceProvider services,
        CancellationToken ct
    ) =>
        parameter.ParameterType == typeof(TimerInfo) ? timer
        : parameter.ParameterType == typeof(CancellationToken) ? ct
        : parameter.ParameterType == typeof(FunctionContext) ? new FunctionContext(function.Name, services, ct)
        : services.GetRequiredService(parameter.ParameterType);

    private static async Task<bool> LockAsync(NpgsqlConnection connection, string sql, string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = name });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>
    /// Null when another host has run this occurrence. A host whose clock runs a little behind must not run it again: hence the 500 ms.
    /// </summary>
    private static async Task<ScheduleStatus?> ClaimAsync(
        NpgsqlConnection connection,
        string name,
        DateTimeOffset due,
        DateTimeOffset next,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await using var command = new NpgsqlCommand("""
            insert into runtime.timers as t (name, last, next, last_updated) values ($1, $2, $3, $4)
            on conflict (name) do update set last = excluded.last, next = excluded.next, last_updated = excluded.last_updated
            where t.last < excluded.last - interval '500 milliseconds'
            returning (select last from runtime.timers where name = $1)
            """, connection);
        foreach (var value in new object[] { name, due, next, now }) command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new ScheduleStatus
            {
                Last = reader.IsDBNull(0) ? default : reader.GetDateTime(0),
                Next = next.UtcDateTime,
                LastUpdated = now.UtcDateTime,
            }
            : null;
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Timer {Function} failed")]
        public static partial void Failed(ILogger log, string function, Exception exception);

        [LoggerMessage(LogLevel.Warning, "Timer {Function} was not run: {Reason}")]
        public static partial void NotClaimed(ILogger log, string function, string reason);
    }
}
