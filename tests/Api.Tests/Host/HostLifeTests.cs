using System.Diagnostics;
using System.Net;

namespace AgentInvest.Api.Tests;

/// <summary>Starting, stopping and sharing a machine, as ./dev up and ./dev down do it.</summary>
public sealed class HostLifeTests
{
    [Fact]
    public async Task A_host_stopped_by_a_signal_leaves_no_process_behind()
    {
        var home = HostProcess.NewHome();
        var host = await HostProcess.StartAsync(null, home: home);
        var user = new TestUser(host.Url, $"u{Guid.NewGuid():N}@example.com", "a passphrase of mine");
        await user.RegisterAsync();
        var server = ServerOf(home);
        Assert.NotEmpty(server);
        Assert.Equal(0, await host.StopAsync());
        await AssertGoneAsync(server);

        await using var again = await HostProcess.StartAsync(null, home: home);
        Assert.Equal(200, (int)(await new TestUser(again.Url, user.Email, user.Password).LogInAsync()).Status);
    }

    [Fact]
    public async Task A_second_host_of_one_home_is_refused_in_one_line()
    {
        var home = HostProcess.NewHome();
        await using var host = await HostProcess.StartAsync(null, home: home);
        var (code, output) = await HostProcess.RunAsync(home, Ports.Free());
        Assert.Equal(1, code);
        Assert.StartsWith(
            $"AgentInvest cannot start: AgentInvest is already running on this home ({home}): "
                + $"process {host.Id} on {host.Url.ToString().TrimEnd('/')}.",
            output
        );
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_taken_port_is_refused_in_one_line()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await HostProcess.StartAsync(database.ConnectionString);
        var (code, output) = await HostProcess.RunAsync(HostProcess.NewHome(), host.Url.Port);
        Assert.Equal(
            (1, $"AgentInvest cannot start: port {host.Url.Port} is in use by another program; set AGENTINVEST_PORT to a free one."),
            (code, output.TrimEnd())
        );
    }

    [Fact]
    public async Task Down_stops_the_host_of_its_home()
    {
        var home = HostProcess.NewHome();
        var host = await HostProcess.StartAsync(null, home: home);
        var (code, output) = await HostProcess.RunAsync(home, 0, "down");
        Assert.Equal((0, "The host has stopped."), (code, output.TrimEnd()));
        Assert.Equal(0, await host.StopAsync());
    }

    [Theory]
    [InlineData("AGENTINVEST_PORT", "seventy", "AGENTINVEST_PORT is 'seventy'; it must be a port, 1 to 65535.")]
    [InlineData("AGENTINVEST_HOME", "/proc/nowhere", "/proc/nowhere cannot be written to; set AGENTINVEST_HOME to a folder that can.")]
    [InlineData("ConnectionStrings__Postgres", "Host=127.0.0.1;Port=1;Username=nobody", "Failed to connect to 127.0.0.1:1")]
    [InlineData("RateLimits__Free", "0", "RateLimits must be positive requests per minute.")]
    [InlineData("Market__Replay__Path", "/nowhere", "Market:Replay:Path: there is no folder /nowhere.")]
    public async Task An_impossible_setting_is_refused_in_one_line(string setting, string value, string reason)
    {
        await using var database = await TestDatabase.CreateAsync();
        var (code, output) = await HostProcess.RunAsync(
            HostProcess.NewHome(),
            Ports.Free(),
            new Dictionary<string, string> { ["ConnectionStrings__Postgres"] = database.ConnectionString, [setting] = value }
        );
        Assert.Equal((1, $"AgentInvest cannot start: {reason}"), (code, output.TrimEnd()));
    }

    [Fact]
    public async Task Down_stops_the_server_that_a_killed_host_left()
    {
        var home = HostProcess.NewHome();
        var host = await HostProcess.StartAsync(null, home: home);
        var server = ServerOf(home);
        host.Kill9();
        Assert.All(server, pid => Assert.True(Directory.Exists($"/proc/{pid}")));
        var (code, output) = await HostProcess.RunAsync(home, 0, "down");
        Assert.Equal((0, "PostgreSQL has stopped."), (code, output.TrimEnd()));
        await AssertGoneAsync(server);
    }

    [Fact]
    public async Task Reset_deletes_all_state()
    {
        var home = HostProcess.NewHome();
        var host = await HostProcess.StartAsync(null, home: home);
        Assert.Equal(0, await host.StopAsync());
        var (code, output) = await HostProcess.RunAsync(home, 0, "reset");
        Assert.Equal((0, $"All state in {home} is deleted."), (code, output.TrimEnd()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(home));
    }

    [Theory]
    [InlineData("down", "Nothing was running.")]
    [InlineData("reset", "There was no state in {home}.")]
    public async Task A_command_says_when_there_was_nothing_to_do(string command, string message)
    {
        var home = HostProcess.NewHome();
        var (code, output) = await HostProcess.RunAsync(home, 0, command);
        Assert.Equal((0, message.Replace("{home}", home, StringComparison.Ordinal)), (code, output.TrimEnd()));
    }

    [Fact]
    public async Task Status_names_the_host_its_state_PostgreSQL_and_the_home()
    {
        var home = HostProcess.NewHome();
        await using (var host = await HostProcess.StartAsync(null, home: home))
        {
            var (code, output) = await HostProcess.RunAsync(home, 0, "status");
            Assert.Equal(0, code);
            Assert.Contains($"{host.Url.ToString().TrimEnd('/')}, process {host.Id}, ready\n", output);
            Assert.Matches("PostgreSQL +port [0-9]+, process [0-9]+\n", output);
            Assert.Contains(home, output);
        }
        Assert.Matches("Host +not running\nPostgreSQL +not running\n", (await HostProcess.RunAsync(home, 0, "status")).Output);
    }

    [Fact]
    public async Task A_misspelt_setting_is_named_at_start_with_the_nearest_one()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await HostProcess.StartAsync(
            database.ConnectionString,
            new Dictionary<string, string> { ["RateLimit__Free"] = "3", ["Unrelated__Setting"] = "4" }
        );
        Assert.Contains("Warning: RateLimit__Free is not a setting; did you mean RateLimits__Free?\n", host.Log);
        Assert.DoesNotContain("Unrelated", host.Log);
    }

    [Fact]
    public async Task The_line_that_says_ready_is_followed_by_links_that_answer()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await HostProcess.StartAsync(database.ConnectionString);
        for (var i = 0; i < 100 && !host.Log.Contains("README", StringComparison.Ordinal); i++) await Task.Delay(50);
        var lines = host.Log.Split('\n').SkipWhile(l => l != $"AgentInvest is ready on {host.Url.ToString().TrimEnd('/')}").Skip(1);
        var links = lines.TakeWhile(l => l.StartsWith("  ", StringComparison.Ordinal)).Select(l => l.Split(' ')[^1]).ToList();
        Assert.Equal(
            ["/v1", "/docs", "/openapi/v1.json", "/dev/outbox", "/health/ready", "/readme"],
            links.Select(l => new Uri(l).AbsolutePath)
        );
        using var http = new HttpClient();
        foreach (var link in links) Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(link))).StatusCode);
    }

    /// <summary>As a terminal does it: the signal reaches the host and the programs that it runs.</summary>
    /// <param name="moment">What is there when Ctrl-C is pressed: a line of the output, or a file below the home.</param>
    [Theory]
    [InlineData("host.lock")]
    [InlineData("Creating the database …")]
    [InlineData("postgres/data/PG_VERSION")]
    [InlineData("postgres/data/postmaster.pid")]
    [InlineData("master.key")]
    public async Task Ctrl_C_during_the_start_ends_it_without_a_trace_or_a_process_left(string moment)
    {
        var home = HostProcess.NewHome();
        var start = new ProcessStartInfo("setsid", ["env", "--default-signal=INT", "dotnet", HostProcess.HostProgram])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["AGENTINVEST_ROOT"] = Checkout.Root;
        start.Environment["AGENTINVEST_HOME"] = home;
        start.Environment["AGENTINVEST_PORT"] = $"{Ports.Free()}";
        using var process = Process.Start(start)!;
        var output = new System.Text.StringBuilder();
        process.OutputDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (output) output.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        for (var i = 0; !IsThere(); i++)
        {
            Assert.True(i < 6000 && !process.HasExited, $"It never came to {moment}:\n{Text()}");
            await Task.Delay(10);
        }
        using var interrupt = Process.Start("kill", ["-INT", "--", $"-{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await AssertGoneAsync(ServerOf(home));
        Assert.Equal(0, process.ExitCode);
        Assert.DoesNotContain("   at ", Text());
        Assert.DoesNotContain("Exception", Text());
        Assert.Equal("Nothing was running.", (await HostProcess.RunAsync(home, 0, "down")).Output.TrimEnd());

        bool IsThere() => Text().Contains(moment, StringComparison.Ordinal) || File.Exists(Reached(home, moment));
        string Text() { lock (output) return output.ToString(); }
    }

    /// <summary>A file below the home, or below what stands in for it where PostgreSQL's user cannot reach it.</summary>
    private static string Reached(string home, string file)
    {
        var moved = Path.Combine(home, "postgres", "MOVED");
        return file.StartsWith("postgres/", StringComparison.Ordinal) && File.Exists(moved)
            ? Path.Combine(File.ReadAllText(moved).Trim().Split(' ')[^1], file["postgres/".Length..])
            : Path.Combine(home, file);
    }

    [Fact]
    public async Task Two_hosts_that_start_at_once_on_an_empty_database_migrate_it_once()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var hosts = await Task.WhenAll(
            HostProcess.StartAsync(database.ConnectionString),
            HostProcess.StartAsync(database.ConnectionString)
        );
        foreach (var host in hosts)
        {
            Assert.Equal(HttpStatusCode.OK, (await new HttpClient().GetAsync(new Uri(host.Url, "/health/ready"))).StatusCode);
            Assert.Equal(0, await host.StopAsync());
        }
    }

    /// <summary>The server has ended when pg_ctl says so; whoever inherited its process may take a moment to notice.</summary>
    private static async Task AssertGoneAsync(List<int> processes)
    {
        for (var i = 0; processes.Any(pid => Directory.Exists($"/proc/{pid}")); i++)
        {
            Assert.True(i < 40, "A process of the server is still there after 2 s.");
            await Task.Delay(50);
        }
    }

    /// <summary>The postmaster runs in a session of its own, without our environment: known by the data folder it was given.</summary>
    private static List<int> ServerOf(string home)
    {
        var moved = Path.Combine(home, "postgres", "MOVED");
        var data = Path.Combine(
            File.Exists(moved) ? File.ReadAllText(moved).Trim().Split(' ')[^1] : Path.Combine(home, "postgres"),
            "data"
        );
        return Process.GetProcessesByName("postgres").Select(p => p.Id).Where(pid => Arguments(pid).Contains(data)).ToList();
    }

    private static string[] Arguments(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return []; // It has ended since it was listed.
        }
    }
}
