using System.Runtime.InteropServices;

namespace AgentInvest.LocalHost;

/// <summary>
/// Ctrl-C and SIGTERM as a token, from the first moment on. It stands in for the web host's own lifetime, which listens only once the host
/// is built, so that a start cut off before left PostgreSQL behind, and which breaks off a start with a logged exception.
/// </summary>
internal sealed class StopSignals : IHostLifetime, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;

    public StopSignals() => _signals = [Register(PosixSignal.SIGINT), Register(PosixSignal.SIGTERM), Register(PosixSignal.SIGQUIT)];

    public CancellationToken Token => _stop.Token;

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var signal in _signals) signal.Dispose();
        _stop.Dispose();
    }

    private PosixSignalRegistration Register(PosixSignal signal) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                _stop.Cancel();
            }
        );
}
