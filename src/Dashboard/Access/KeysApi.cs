using Atelier.Dashboard.Problems;
using Atelier.Dataset.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Access;

/// <summary>The access keys.</summary>
internal static class KeysApi
{
    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/keys").Needs(AccessScope.Admin);
        keys.MapGet("", ListAsync).WithName("listKeys").WithSummary("The access keys, newest first, without their secrets.");
        keys.MapPost("", CreateAsync).WithName("createKey").WithSummary("Makes an access key; this answer alone has its secret.").ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        keys.MapDelete("/{key}", RevokeAsync).WithName("revokeKey").WithSummary("Revokes an access key for good.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<KeysView>> ListAsync(KeyRing ring, CancellationToken cancellationToken) =>
        TypedResults.Ok(new KeysView([.. (await ring.ListAsync(cancellationToken)).Select(key => KeyView.Of(key, ring.LastUse(key.Id)))]));

    private static async Task<Created<NewKeyView>> CreateAsync(NewKeyRequest request, KeyDesk desk, HttpContext context, CancellationToken cancellationToken)
    {
        var (key, token) = await desk.AddAsync(request, Caller.Of(context), cancellationToken);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"{ApiHosting.Root}/keys/{key.Id}", new NewKeyView(KeyView.Of(key, null), token.Reveal()));
    }

    private static async Task<NoContent> RevokeAsync(string key, string? reason, KeyDesk desk, HttpContext context, CancellationToken cancellationToken)
    {
        await desk.RevokeAsync(key, reason, Caller.Of(context), cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>There is no such key.</summary>
    public static ProblemException Unknown(string key) => ProblemException.NotFound("key.unknown", $"there is no key '{key}'");
}

/// <summary>A key that is to be made.</summary>
/// <param name="Scope">What it allows.</param>
/// <param name="Owner">In whose name its bearer acts.</param>
/// <param name="Label">What it is for.</param>
/// <param name="ExpiresAt">From when on it opens nothing; null for never.</param>
/// <param name="Quota">How much its bearer may have made; null for any amount.</param>
internal sealed record NewKeyRequest(AccessScope Scope, string Owner, string? Label = null, DateTimeOffset? ExpiresAt = null, AccessQuota? Quota = null);

/// <summary>Keys.</summary>
/// <param name="Data">Newest first.</param>
internal sealed record KeysView(IReadOnlyList<KeyView> Data);

/// <summary>A key that was made just now.</summary>
/// <param name="Key">The key.</param>
/// <param name="Secret">What its bearer shows; it is kept nowhere.</param>
internal sealed record NewKeyView(KeyView Key, string Secret);

/// <summary>A key.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Scope">What it allows.</param>
/// <param name="Owner">In whose name its bearer acts.</param>
/// <param name="Label">What it is for.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="ExpiresAt">From when on it opens nothing; null for never.</param>
/// <param name="RevokedAt">When it was revoked; null where it was not.</param>
/// <param name="LastUsedAt">When it was last shown to this dashboard since its start.</param>
/// <param name="Quota">How much its bearer may have made; null for any amount.</param>
internal sealed record KeyView(
    string Id, AccessScope Scope, string Owner, string? Label, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt,
    AccessQuota? Quota)
{
    public static KeyView Of(AccessKey key, DateTimeOffset? used) => new(key.Id, key.Scope, key.Owner, key.Label, key.Created, key.CreatedBy, key.Expires, key.Revoked, used, key.Quota);
}
