using System.ComponentModel;
using AgentInvest.Auth.Accounts;
using AgentInvest.Core.Http;

namespace AgentInvest.Auth.Admin;

/// <summary>A user as administrators see them.</summary>
public sealed record UserSummary(
    Guid Id,
    string Email,
    string? DisplayName,
    IReadOnlyList<Role> Roles,
    Tier Tier,
    bool EmailVerified,
    bool MfaEnabled,
    DateTimeOffset CreatedAt
);

/// <summary>
/// GET /admin/users: everybody in the order they came, or the one whose address or id is asked for. Addresses are searched whole: they are
/// not readable in the database.
/// </summary>
[Singleton]
public sealed class ListUsers(Users users)
{
    public sealed record Query([Description("A whole address or an id.")] string? Search, PageRequest Page);

    public async Task<ListPage<UserSummary>> HandleAsync(Query query, CancellationToken ct)
    {
        var (search, page) = query;
        if (search is not null) return new ListPage<UserSummary>(await FindAsync(search.Trim(), ct) is { } one ? [Of(one)] : [], null);
        Guid? after =
            page.After is null ? null
            : Guid.TryParse(page.After, out var id) ? id
            : throw Problems.Validation("cursor", "is not a cursor of this list");
        var rows = await users.ListAsync(after, page.Limit + 1, ct);
        var items = rows.Take(page.Limit).Select(Of).ToList();
        return new ListPage<UserSummary>(items, rows.Count > page.Limit ? PageRequest.Encode(items[^1].Id.ToString()) : null);
    }

    private Task<UserRow?> FindAsync(string search, CancellationToken ct) =>
        Guid.TryParse(search, out var id) ? users.FindByIdAsync(id, ct) : users.FindByEmailAsync(search.ToLowerInvariant(), ct);

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
