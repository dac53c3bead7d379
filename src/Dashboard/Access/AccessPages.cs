using System.Globalization;
using Atelier.Abstractions;
using Atelier.Dashboard.Pages;
using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;
using Microsoft.AspNetCore.Authentication;

namespace Atelier.Dashboard.Access;

/// <summary>Signing in and out, the keys, and who did what.</summary>
internal static class AccessPages
{
    private const int MaxDays = 3650;

    public static void Map(IEndpointRouteBuilder pages)
    {
        var everybody = pages.MapGroup("").ForEverybody();
        everybody.MapGet("/sign-in", (string? to, HttpContext context) => AskAsync(to, null, StatusCodes.Status200OK, context));
        everybody.MapProvider(pages.ServiceProvider.GetRequiredService<DashboardOptions>().OpenIdConnect);
        everybody.MapPost("/sign-in", SignInAsync);
        everybody.MapPost("/sign-out", SignOutAsync);
        pages.MapGet("/access", async (KeyRing ring, Quotas quotas, HttpContext context, TimeProvider time, CancellationToken cancellationToken) => await ShowAsync(null, ring, quotas, context, time, cancellationToken));
        pages.MapGet("/access/audit", AuditAsync);
        var keys = pages.MapGroup("/access/keys").Needs(AccessScope.Admin);
        keys.MapPost("", CreateAsync);
        keys.MapPost("/{key}/revoke", RevokeAsync);
    }

    /// <summary>The page where people sign in, and why they have not been let in.</summary>
    /// <param name="to">Where to go then.</param>
    /// <param name="wrong">Why not, as a sentence; null where nobody has tried.</param>
    /// <param name="status">The status of the answer.</param>
    /// <param name="context">The request.</param>
    public static async Task<IResult> AskAsync(string? to, string? wrong, int status, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        var services = context.RequestServices;
        var sheet = SignInSheet.Of(services.GetRequiredService<Assets>(), Preferences.ThemeOf(context), to ?? "", wrong, services.GetRequiredService<DashboardOptions>().OpenIdConnect);
        return TypedResults.Content(await services.GetRequiredService<HtmlWriter>().WriteAsync(sheet), "text/html; charset=utf-8", statusCode: status);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, KeyRing ring, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        return await SignInApi.TryAsync(context, form["key"], ring) ? SeeOther.Back(form["to"])
            : await AskAsync(form["to"], "This key opens nothing: it is unknown, revoked, or has expired.", StatusCodes.Status401Unauthorized, context);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await context.SignOutAsync(KeyAuthentication.Cookie);
        return SeeOther.To("/sign-in");
    }

    private static async Task<PageResult> ShowAsync((AccessKey Key, AccessToken Token)? made, KeyRing ring, Quotas quotas, HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var grant = Caller.GrantOf(context)!;
        var own = grant.Key is { } shown ? await UseAsync(shown) : null;
        List<KeyUse>? keys = null;
        if (grant.Scope == AccessScope.Admin)
        {
            keys = [];
            foreach (var key in await ring.ListAsync(cancellationToken)) keys.Add(await UseAsync(key));
        }
        return new PageResult("Access", AccessSheet.Of(grant, own, keys, made, time.GetUtcNow()));

        async Task<KeyUse> UseAsync(AccessKey key)
        {
            var (samples, jobs) = key.Revoked is null ? await quotas.LeftAsync(key, null, cancellationToken) : default;
            return new KeyUse(key, ring.LastUse(key.Id), samples, jobs);
        }
    }

    private static async Task<PageResult> CreateAsync(HttpContext context, KeyDesk desk, KeyRing ring, Quotas quotas, TimeProvider time, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (!Enum.TryParse<AccessScope>(form["scope"], ignoreCase: true, out var scope) || !Enum.IsDefined(scope)) throw new InvalidInputException($"scope is '{form["scope"]}'; allowed: read, submit, operate, admin");
        DateTimeOffset? expires = null;
        if (form["days"].ToString() is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days is < 1 or > MaxDays) throw new InvalidInputException($"days is '{text}'; allowed: 1 to {MaxDays}, or nothing");
            expires = time.GetUtcNow().AddDays(days);
        }
        var made = await desk.AddAsync(new NewKeyRequest(scope, form["owner"].ToString().Trim(), form["label"].ToString().Trim(), expires, QuotaOf(form)), Caller.Of(context), cancellationToken);
        return await ShowAsync(made, ring, quotas, context, time, cancellationToken);
    }

    private static AccessQuota? QuotaOf(IFormCollection form)
    {
        var quota = new AccessQuota { SamplesPerDay = Number("samples"), JobsAtOnce = (int?)Number("jobs") };
        return quota is { SamplesPerDay: null, JobsAtOnce: null } ? null : quota;

        long? Number(string name) => form[name].ToString().Trim() is not { Length: > 0 } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new InvalidInputException($"{name} is '{text}'; allowed: a whole number up to {int.MaxValue}, or nothing for any number");
    }

    private static async Task<IResult> RevokeAsync(string key, KeyDesk desk, HttpContext context, CancellationToken cancellationToken)
    {
        await desk.RevokeAsync(key, null, Caller.Of(context), cancellationToken);
        return SeeOther.To("/access");
    }

    private static async Task<PageResult> AuditAsync(string? day, string? before, IStore store, TimeProvider time, CancellationToken cancellationToken) =>
        new("Who did what", AuditSheet.Of(await AuditApi.ReadAsync(store, string.IsNullOrEmpty(day) ? null : day, before, AuditApi.Window, time.GetUtcNow(), cancellationToken)));
}

/// <summary>A key, and how it is used.</summary>
/// <param name="Key">The key.</param>
/// <param name="Used">When it was last shown to this dashboard.</param>
/// <param name="SamplesLeft">Samples that may still be submitted today, in UTC; null for any number.</param>
/// <param name="JobsLeft">Jobs that may still be submitted before one ends; null for any number.</param>
internal sealed record KeyUse(AccessKey Key, DateTimeOffset? Used, long? SamplesLeft, int? JobsLeft);
