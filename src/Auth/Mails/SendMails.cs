using System.Net;
using AgentInvest.Core.Data;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AgentInvest.Auth.Mails;

/// <summary>
/// Drains the outbox of mails over SMTP, where one is configured. A mail that could not be handed over is tried again, later each time; one
/// whose address the server says does not exist is dropped.
/// </summary>
[Singleton]
public sealed partial class SendMails(
    Outbox outbox,
    MailOutbox queue,
    IOptions<SmtpOptions> options,
    IOptions<AuthOptions> auth,
    ILogger<SendMails> log
)
{
    private readonly AuthOptions _auth = auth.Value;

    public async Task HandleAsync(CancellationToken ct)
    {
        if (options.Value is not { Host: { Length: > 0 } host } smtp) return;
        await outbox.DrainAsync<MailOutbox.Stored>(Mail.OutboxKind, async stored =>
        {
            using var message = MailMessage.Of(queue.Open(stored), smtp.From ?? $"no-reply@{host}", _auth.AppAddress);
            using var client = new SmtpClient { Timeout = 10_000 };
            await client.ConnectAsync(host, smtp.Port, SecurityOf(smtp), ct);
            if (smtp.User is { Length: > 0 }) await client.AuthenticateAsync(smtp.User, smtp.Password ?? "", ct);
            try
            {
                await client.SendAsync(message, ct);
            }
            catch (SmtpCommandException e) when (e.ErrorCode == SmtpErrorCode.RecipientNotAccepted && (int)e.StatusCode >= 500)
            {
                Log.Dropped(log, (int)e.StatusCode);
            }
            await client.DisconnectAsync(true, ct);
        }, ct);
    }

    /// <summary>
    /// Beyond this machine TLS is a must: were it only taken where offered, whoever sits between could leave out the offer and read reset
    /// links.
    /// </summary>
    private static SecureSocketOptions SecurityOf(SmtpOptions smtp) =>
        smtp.Port == 465 ? SecureSocketOptions.SslOnConnect
        : IsLoopback(smtp.Host!) ? SecureSocketOptions.StartTlsWhenAvailable
        : SecureSocketOptions.StartTls;

    private static bool IsLoopback(string host) =>
        host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A mail was dropped: its address is refused for good ({Status})")]
        public static partial void Dropped(ILogger log, int status);
    }
}
