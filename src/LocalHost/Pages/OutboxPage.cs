using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using AgentInvest.Auth.Mails;
using AgentInvest.Core.Data;

namespace AgentInvest.LocalHost.Pages;

/// <summary>
/// The outbox as a page, newest mail first. Everything is encoded; a link is only what begins with an origin of ours, whatever else a mail
/// holds.
/// </summary>
internal static class OutboxPage
{
    /// <param name="http">The request that is answered.</param>
    /// <param name="mails">Newest first.</param>
    /// <param name="origins">Where links in mails lead.</param>
    public static IResult Answer(HttpContext http, IReadOnlyList<Mail> mails, IReadOnlyList<string> origins)
    {
        http.Response.Headers.Vary = "Accept";
        var html = new StringBuilder("<p class=\"muted\">The mails that would have gone out, newest first. <a href=\"/\">Back</a></p>\n");
        if (mails.Count == 0) html.Append("<p>There is none yet. Register a user, and the mail to verify the address waits here.</p>\n");
        foreach (var mail in mails)
            html.Append(
                CultureInfo.InvariantCulture,
                $"""
                <article>
                <h2>{Encoded(mail.Subject)}</h2>
                <div class="muted">to {Encoded(mail.To)} · <time>{mail.SentAt:yyyy-MM-dd HH:mm:ss}</time> UTC
                · {Encoded(EnumNames.Of(mail.Kind))}</div>
                <p class="text">{Linked(mail.Text, origins)}</p>
                </article>

                """
            );
        return Page.Answer(http, "Outbox", html.ToString());
    }

    private static string Linked(string text, IReadOnlyList<string> origins)
    {
        var anyOrigin = string.Join('|', origins.Select(Regex.Escape));
        var html = new StringBuilder();
        var done = 0;
        foreach (Match link in Regex.Matches(text, $@"(?:{anyOrigin})/[A-Za-z0-9/_\-]+(?:[?#][a-z]+=[A-Za-z0-9_\-]+)?"))
        {
            html.Append(Encoded(text[done..link.Index])).Append($"<a href=\"{Encoded(link.Value)}\">{Encoded(link.Value)}</a>");
            done = link.Index + link.Length;
        }
        return html.Append(Encoded(text[done..])).ToString();
    }

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);
}
