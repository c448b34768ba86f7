using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Http;

namespace AgentInvest.Auth.Admin;

/// <summary>A user as administrators see them.</summary>
public sealed record UserSummary(
    Guid Id,
    string Email,
    string? DisplayName,
    IReadOnlyList<string> Roles,
    string Tier,
    bool EmailVerified,
    bool MfaEnabled,
    DateTimeOffset CreatedAt
);

/// <summary>
/// GET /admin/users: everybody in the order they came, or the one whose address or id is asked for. Addresses are searched whole: they are
/// not readable in the database.
/// </summary>
public sealed class ListUsers
{
    private readonly Users _users;

    internal ListUsers(Users users) => _users = users;

    public async Task<ListPage<UserSummary>> HandleAsync(string? search, PageRequest page, CancellationToken ct)
    {
        if (search is not null) return new ListPage<UserSummary>(await FindAsync(search.Trim(), ct) is { } one ? [Of(one)] : [], null);
        Guid? after =
            page.After is null ? null
            : Guid.TryParse(page.After, out var id) ? id
            : throw Problems.Validation("cursor", "is not a cursor of this list");
        var rows = await _users.ListAsync(after, page.Limit + 1, ct);
        var items = rows.Take(page.Limit).Select(Of).ToList();
        return new ListPage<UserSummary>(items, rows.Count > page.Limit ? PageRequest.Encode(items[^1].Id.ToString()) : null);
    }

    private Task<UserRow?> FindAsync(string search, CancellationToken ct) =>
        Guid.TryParse(search, out var id) ? _users.FindByIdAsync(id, ct) : _users.FindByEmailAsync(search.ToLowerInvariant(), ct);

    private static UserSummary Of(UserRow row) =>
        new(
            row.Id,
            row.Profile.Email,
            row.Profile.DisplayName,
            row.Profile.Roles,
            row.Profile.Tier,
            row.Profile.EmailVerified,
            row.Profile.MfaEnabled,
            row.CreatedAt
        );
}
