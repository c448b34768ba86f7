using System.Net;

namespace AgentInvest.LocalHost.Pages;

/// <summary>
/// The pages that links in mails lead to while no app of one's own does (<c>Auth:AppOrigin</c>): each takes the token out of the address's
/// fragment, which no server or log sees, and finishes the step by calling the API.
/// </summary>
/// <param name="Path">Of the link.</param>
/// <param name="Title">Heading of the page.</param>
/// <param name="Intro">What the page is for.</param>
/// <param name="Call">The API call that finishes the step.</param>
/// <param name="Done">What is said when it has succeeded.</param>
/// <param name="Input">The input that the person gives, as HTML; null where the token alone is sent, at once.</param>
/// <param name="NeedsToken">Whether the link carries a token.</param>
internal sealed record MailLinkPage(
    string Path,
    string Title,
    string Intro,
    string Call,
    string Done,
    string? Input = null,
    bool NeedsToken = true
)
{
    public static IReadOnlyList<MailLinkPage> All { get; } =
    [
        new(
            "/verify-email",
            "Verify your address",
            "This finishes your registration.",
            "/v1/auth/verify-email",
            "Your address is verified and your password is active: you can sign in."
        ),
        new(
            "/confirm-email",
            "Confirm your address",
            "This confirms the change of your account's address.",
            "/v1/auth/confirm-email-change",
            "Confirmed. The address changes once the links in both mails, to the old and to the new address, have been followed."
        ),
        new(
            "/reset-password",
            "Choose a new password",
            "12 to 128 characters; all your sessions end.",
            "/v1/auth/reset-password",
            "Your new password is set: you can sign in.",
            """
            <label for="field">New password</label>
            <input id="field" name="newPassword" type="password" autocomplete="new-password" minlength="12" maxlength="128" required>
            """
        ),
        new(
            "/login",
            "Sign in",
            "Signing in is the app's, or a call of POST /v1/auth/login. Have you forgotten your password? A mail helps you to a new one.",
            "/v1/auth/forgot-password",
            "If the address is registered, a mail is on its way.",
            """
            <label for="field">E-mail address</label>
            <input id="field" name="email" type="email" autocomplete="email" required>
            """,
            NeedsToken: false
        ),
    ];

    private const string Script = """
        const { call, done, token: needsToken } = document.body.querySelector('main').dataset;
        const token = new URLSearchParams(location.hash.slice(1)).get('token');
        history.replaceState(null, '', location.pathname);
        addEventListener('hashchange', () => location.reload());
        const form = document.querySelector('form');
        const output = document.querySelector('output');
        const names = { token: "The link's token", newPassword: 'The new password', email: 'The address' };
        const show = (text, state) => { output.textContent = text; output.className = state; };

        async function finish(body) {
          show('One moment …', '');
          try {
            const answer = await fetch(call, {
              method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
            });
            if (answer.ok) { form?.remove(); return show(done, 'good'); }
            const problem = await answer.json();
            const faults = Object.entries(problem.errors ?? {}).map(([member, texts]) => `${names[member] ?? member} ${texts.join('; ')}.`);
            show(faults.length > 0 ? faults.join('\n') : problem.detail ?? problem.title, 'bad');
          } catch {
            show('The host does not answer. Is it running?', 'bad');
          }
        }

        if (needsToken === 'true' && !token) {
          form?.remove();
          show('This address has no token. Open the link of the mail anew; each token is used once.', 'bad');
        } else if (form) {
          form.addEventListener('submit', (event) => {
            event.preventDefault();
            finish({ ...(token && { token }), ...Object.fromEntries(new FormData(form)) });
          });
        } else {
          finish({ token });
        }
        """;

    public IResult Answer(HttpContext http) =>
        Page.Answer(
            http,
            Title,
            $"""
            <main data-call="{Call}" data-done="{WebUtility.HtmlEncode(Done)}" data-token="{(NeedsToken ? "true" : "false")}">
            <p>{WebUtility.HtmlEncode(Intro)}</p>
            {(Input is null ? "" : $"<form>\n{Input}\n<button>Send</button>\n</form>")}
            <output role="status"></output>
            <noscript><p>This page needs JavaScript.</p></noscript>
            </main>
            <p class="muted"><a href="/">AgentInvest on this machine</a></p>
            """,
            Script
        );
}
