using AgentInvest.Functions.Runtime.Durable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AgentInvest.Functions.Runtime.Tests.Timers;

/// <summary>Timers on a clock that tests set, on a real database.</summary>
public sealed class TimerServiceTests(MigratedDatabase database) : IClassFixture<MigratedDatabase>, IAsyncLifetime
{
    private static readonly DateTimeOffset Ten = new(2026, 1, 5, 10, 0, 0, TimeSpan.Zero);
    private readonly WatchedClock _clock = new(Ten);
    private readonly Runs _runs = new();

    public async Task InitializeAsync()
    {
        await using var host = Host();
        await host.ExecuteAsync("delete from runtime.timers");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Each_run_is_given_the_last_and_the_next_occurrence()
    {
        await using var host = Host(typeof(Hourly));
        await host.StartAsync();
        var first = await NextAsync(Ten.AddHours(1));
        var second = await NextAsync(Ten.AddHours(2));
        Assert.Equal(
            (false, default, Ten.AddHours(2).UtcDateTime),
            (first.IsPastDue, first.ScheduleStatus!.Last, first.ScheduleStatus.Next)
        );
        Assert.Equal(
            (false, Ten.AddHours(1).UtcDateTime, Ten.AddHours(3).UtcDateTime),
            (second.IsPastDue, second.ScheduleStatus!.Last, second.ScheduleStatus.Next)
        );
    }

    [Fact]
    public async Task An_occurrence_missed_while_no_host_ran_is_run_once_at_the_next_start()
    {
        await using (var host = Host(typeof(Hourly)))
        {
            await host.StartAsync();
            await NextAsync(Ten.AddHours(1));
        }
        _clock.SetUtcNow(Ten.AddHours(5.5));
        await using var later = Host(typeof(Hourly));
        await later.StartAsync();
        var missed = await NextAsync(Ten.AddHours(5.5));
        Assert.Equal(
            (true, Ten.AddHours(1).UtcDateTime, Ten.AddHours(6).UtcDateTime),
            (missed.IsPastDue, missed.ScheduleStatus!.Last, missed.ScheduleStatus.Next)
        );
        Assert.False((await NextAsync(Ten.AddHours(6))).IsPastDue);
        Assert.Equal(3, _runs.Count);
    }

    [Fact]
    public async Task One_that_is_not_monitored_misses_and_one_for_the_start_runs_at_once()
    {
        await using (var host = Host(typeof(Unmonitored)))
        {
            await host.StartAsync();
            await NextAsync(Ten.AddHours(1));
        }
        _clock.SetUtcNow(Ten.AddHours(5.5));
        await using (var host = Host(typeof(Unmonitored)))
        {
            await host.StartAsync();
            Assert.False((await NextAsync(Ten.AddHours(6))).IsPastDue);
        }
        await using var starting = Host(typeof(AtStart));
        await starting.StartAsync();
        Assert.False((await NextAsync(Ten.AddHours(6))).IsPastDue);
        Assert.Equal(3, _runs.Count);
    }

    [Fact]
    public async Task A_run_that_fails_does_not_stop_the_next()
    {
        _runs.Fail = true;
        await using var host = Host(typeof(Hourly));
        await host.StartAsync();
        await NextAsync(Ten.AddHours(1));
        await NextAsync(Ten.AddHours(2));
    }

    [Fact]
    public async Task Runs_never_overlap_on_two_hosts()
    {
        _runs.Hold = new TaskCompletionSource();
        await using var one = Host(typeof(Hourly));
        await using var other = Host(typeof(Hourly));
        await one.StartAsync();
        await other.StartAsync();
        await NextAsync(Ten.AddHours(1), waiting: 2);
        // The next two come while it still runs: the other host finds the lock taken and goes on to the occurrence after.
        await PassAsync(Ten.AddHours(2), waiting: 1);
        await PassAsync(Ten.AddHours(3), waiting: 1);
        await RuntimeHost.EventuallyAsync(() => Task.FromResult(_clock.Waiting == 1));
        Assert.Equal((1, 1), (_runs.Count, _runs.MaxConcurrent));
        _runs.Hold.SetResult();
        _runs.Hold = null;
        await NextAsync(Ten.AddHours(4), waiting: 2);
        Assert.Equal(1, _runs.MaxConcurrent);
    }

    [Fact]
    public async Task A_database_that_is_unavailable_at_the_start_costs_no_run()
    {
        await using var mine = await TestDatabase.CreateAsync();
        await using (var host = Host(mine.ConnectionString, typeof(Hourly)))
        {
            await host.StartAsync();
            await NextAsync(Ten.AddHours(1));
        }
        _clock.SetUtcNow(Ten.AddHours(3.5));
        await mine.AllowConnectionsAsync(false);
        await using var later = Host(mine.ConnectionString, typeof(Hourly), typeof(AtStart));
        await later.StartAsync();
        await Task.Delay(300);
        Assert.Equal(1, _runs.Count);
        await mine.AllowConnectionsAsync(true);
        var runs = new[] { await NextAsync(null), await NextAsync(null) };
        Assert.Contains(runs, r => r.ScheduleStatus!.Last == Ten.AddHours(1).UtcDateTime && r.IsPastDue);
        Assert.Equal(3, _runs.Count);
    }

    private RuntimeHost Host(params Type[] functions) => Host(database.ConnectionString, functions);

    private RuntimeHost Host(string connectionString, params Type[] functions) => new(connectionString, functions, services =>
    {
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton(_runs);
    });

    /// <summary>
    /// The next run. With an instant the clock goes there first, once that many timers wait for it; without, it goes on by seconds.
    /// </summary>
    private async Task<TimerInfo> NextAsync(DateTimeOffset? at, int waiting = 1)
    {
        if (at is { } instant && _clock.GetUtcNow() < instant) await PassAsync(instant, waiting);
        TimerInfo? timer = null;
        await RuntimeHost.EventuallyAsync(() =>
        {
            if (at is null) _clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(_runs.Seen.TryDequeue(out timer));
        });
        return timer!;
    }

    private async Task PassAsync(DateTimeOffset to, int waiting)
    {
        await RuntimeHost.EventuallyAsync(() => Task.FromResult(_clock.Waiting >= waiting));
        _clock.SetUtcNow(to);
    }

    /// <summary>Knows how many timers of a minute and more wait: those of the schedules, for nothing else here waits that long.</summary>
    private sealed class WatchedClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<Watched, DateTimeOffset> _due = new();

        public int Waiting => _due.Count(d => d.Value > GetUtcNow());

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Watched(base.CreateTimer(callback, state, dueTime, period), t => _due.TryRemove(t, out _));
            if (dueTime >= TimeSpan.FromMinutes(1)) _due[timer] = GetUtcNow() + dueTime;
            return timer;
        }

        private sealed class Watched(ITimer inner, Action<Watched> disposed) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, period);

            public void Dispose()
            {
                disposed(this);
                inner.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                disposed(this);
                return inner.DisposeAsync();
            }
        }
    }

    public sealed class Runs
    {
        private int _now;
        private int _count;

        public System.Collections.Concurrent.ConcurrentQueue<TimerInfo> Seen { get; } = new();
        public int Count => _count;
        public int MaxConcurrent { get; private set; }
        public bool Fail { get; set; }
        public TaskCompletionSource? Hold { get; set; }

        public async Task RunAsync(TimerInfo timer)
        {
            MaxConcurrent = Math.Max(MaxConcurrent, Interlocked.Increment(ref _now));
            Interlocked.Increment(ref _count);
            Seen.Enqueue(timer);
            if (Hold is { } hold) await hold.Task;
            Interlocked.Decrement(ref _now);
            if (Fail) throw new InvalidOperationException("as the test asks");
        }
    }

    public sealed class Hourly(Runs runs)
    {
        [Function("Hourly")]
        public Task Run([TimerTrigger("0 0 * * * *")] TimerInfo timer, CancellationToken ct) => runs.RunAsync(timer);
    }

    public sealed class Unmonitored(Runs runs)
    {
        [Function("Unmonitored")]
        public Task Run([TimerTrigger("0 0 * * * *", UseMonitor = false)] TimerInfo timer) => runs.RunAsync(timer);
    }

    public sealed class AtStart(Runs runs)
    {
        [Function("AtStart")]
        public Task Run([TimerTrigger("0 0 * * * *", RunOnStartup = true)] TimerInfo timer) => runs.RunAsync(timer);
    }
}
