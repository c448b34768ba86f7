using AgentInvest.Core;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;

namespace AgentInvest.Auth.Mails;

/// <summary>Drains the outbox of mails over SMTP, where one is configured. A mail that could not be handed over is tried again, later each time.</summary>
public sealed class SendMails
{
    private readonly Outbox _outbox;
    private readonly MailQueue _queue;
    private readonly IOptions<SmtpOptions> _options;

    internal SendMails(Outbox outbox, MailQueue queue, IOptions<SmtpOptions> options) => (_outbox, _queue, _options) = (outbox, queue, options);

    public async Task HandleAsync(CancellationToken ct)
    {
        if (_options.Value is not { Host: { Length: > 0 } host } smtp) return;
        await _outbox.DrainAsync<MailQueue.Stored>(Mail.OutboxKind, async stored =>
        {
            var mail = _queue.Open(stored);
            using var message = new MimeMessage();
            message.From.Add(MailboxAddress.Parse(smtp.From ?? $"no-reply@{host}"));
            message.To.Add(new MailboxAddress("", mail.To));
            message.Subject = mail.Subject;
            message.Body = new TextPart("plain") { Text = mail.Text };
            using var client = new SmtpClient { Timeout = 10_000 };
            await client.ConnectAsync(host, smtp.Port, MailKit.Security.SecureSocketOptions.StartTlsWhenAvailable, ct);
            if (smtp.User is { Length: > 0 }) await client.AuthenticateAsync(smtp.User, smtp.Password ?? "", ct);
            await client.SendAsync(message, ct);
            await client.DisconnectAsync(true, ct);
        }, ct);
    }
}
