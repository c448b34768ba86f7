using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;

namespace AgentInvest.Auth.Mails;

/// <summary>
/// A mail as it goes out: text, and the same as HTML made from it, so the two cannot say different things. Everything is encoded; a link is
/// only what begins with our own origin, whatever else the text holds.
/// </summary>
internal static class MailMessage
{
    public static MimeMessage Of(Mail mail, string from, string appOrigin)
    {
        var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(from));
        message.To.Add(new MailboxAddress("", mail.To));
        message.Subject = mail.Subject;
        message.Date = mail.SentAt;
        // No out-of-office answers, please.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Body = new MultipartAlternative
        {
            new TextPart("plain") { Text = mail.Text, ContentTransferEncoding = ContentEncoding.QuotedPrintable },
            new TextPart("html") { Text = Html(mail, appOrigin), ContentTransferEncoding = ContentEncoding.QuotedPrintable },
        };
        return message;
    }

    private static string Html(Mail mail, string appOrigin)
    {
        var html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
            .Append(WebUtility.HtmlEncode(mail.Subject))
            .Append("</title></head><body style=\"font:16px/1.5 sans-serif;max-width:40em;margin:2em auto\">");
        foreach (var paragraph in mail.Text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            html.Append("<p>").Append(Linked(paragraph.Trim(), appOrigin)).Append("</p>");
        return html.Append("</body></html>").ToString();
    }

    private static string Linked(string text, string appOrigin)
    {
        var html = new StringBuilder();
        var done = 0;
        foreach (
            Match link in Regex.Matches(
                text,
                Regex.Escape(appOrigin) + @"/[A-Za-z0-9/_\-]*(?:#[a-z]+=[A-Za-z0-9_\-]+)?",
                RegexOptions.CultureInvariant
            )
        )
        {
            html.Append(Encoded(text[done..link.Index]));
            html.Append("<a href=\"")
                .Append(WebUtility.HtmlEncode(link.Value))
                .Append("\">")
                .Append(WebUtility.HtmlEncode(link.Value))
                .Append("</a>");
            done = link.Index + link.Length;
        }
        return html.Append(Encoded(text[done..])).ToString();
    }

    private static string Encoded(string text) => WebUtility.HtmlEncode(text).Replace("\n", "<br>", StringComparison.Ordinal);
}
