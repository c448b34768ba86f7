using System.Diagnostics;

namespace AgentInvest.AzureHost.Tests.Host;

/// <summary>A program that ends with this process, however this process ends.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const string SetPriv = "/usr/bin/setpriv";
    private readonly Process _process;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public Task Exited => _exited.Task;

    /// <param name="output">Takes each line of output and errors.</param>
    public static async Task<ChildProcess> StartAsync(ProcessStartInfo start, Action<string> output)
    {
        if (File.Exists(SetPriv))
        {
            start.ArgumentList.Insert(0, start.FileName);
            foreach (var (i, argument) in ((string[])["--pdeathsig", "KILL", "--"]).Index())
                start.ArgumentList.Insert(i, argument);
            start.FileName = SetPriv;
        }
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, e) => output(e.Data ?? "");
        child._process.ErrorDataReceived += (_, e) => output(e.Data ?? "");
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The kernel ends a child when the thread that made it ends, and those of the pool do: this one lives as long as its child.
        new Thread(() => child.Run(started)) { IsBackground = true, Name = "parent of " + start.FileName }.Start();
        await started.Task;
        return child;
    }

    public void Kill()
    {
        if (!_exited.Task.IsCompleted) _process.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _exited.Task;
        _process.Dispose();
    }

    private void Run(TaskCompletionSource started)
    {
        try
        {
            _process.Start();
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            started.SetException(e);
            return;
        }
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        started.SetResult();
        _process.WaitForExit();
        _exited.SetResult();
    }
}
