using AgentInvest.Auth.Data;
using AgentInvest.Auth.Mails;

namespace AgentInvest.Functions.Auth;

/// <summary>The timers of identity. Each may run late, or twice: it does what is due by then.</summary>
public sealed class DataTimers(SendMails sendMails, EraseUsers erase, ExportMe export, KeepData keep)
{
    [Function("SendMails")]
    public Task SendMails([TimerTrigger("*/5 * * * * *")] TimerInfo timer, CancellationToken ct) => sendMails.HandleAsync(ct);

    [Function("EraseUsers")]
    public Task EraseUsers([TimerTrigger("*/2 * * * * *")] TimerInfo timer, CancellationToken ct) => erase.HandleAsync(ct);

    [Function("GatherExports")]
    public Task GatherExports([TimerTrigger("*/2 * * * * *")] TimerInfo timer, CancellationToken ct) => export.GatherAsync(ct);

    [Function("PurgeIdentity")]
    public Task Purge([TimerTrigger("0 25 * * * *")] TimerInfo timer, CancellationToken ct) => keep.PurgeAsync(ct);

    [Function("RotateKeys")]
    public Task RotateKeys([TimerTrigger("30 */10 * * * *")] TimerInfo timer, CancellationToken ct) =>
        keep.RotateKeysAsync(ct);
}
