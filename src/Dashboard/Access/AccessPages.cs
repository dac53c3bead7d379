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
        everybody.MapGet("/sign-in", (string? to, HttpContext context, HtmlWriter writer, Assets assets) => AskAsync(to, false, context, writer, assets));
        everybody.MapProvider(pages.ServiceProvider.GetRequiredService<DashboardOptions>().OpenIdConnect);
        everybody.MapPost("/sign-in", SignInAsync);
        everybody.MapPost("/sign-out", SignOutAsync);
        pages.MapGet("/access", async (KeyRing ring, HttpContext context, TimeProvider time, CancellationToken cancellationToken) => await ShowAsync(null, ring, context, time, cancellationToken));
        pages.MapGet("/access/audit", AuditAsync);
        var keys = pages.MapGroup("/access/keys").Needs(AccessScope.Admin);
        keys.MapPost("", CreateAsync);
        keys.MapPost("/{key}/revoke", RevokeAsync);
    }

    private static async Task<IResult> AskAsync(string? to, bool isWrong, HttpContext context, HtmlWriter writer, Assets assets)
    {
        context.Response.Headers.CacheControl = "no-store";
        var html = await writer.WriteAsync(SignInSheet.Of(assets, Preferences.ThemeOf(context), to ?? "", isWrong, context.RequestServices.GetRequiredService<DashboardOptions>().OpenIdConnect));
        return TypedResults.Content(html, "text/html; charset=utf-8", statusCode: isWrong ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);
    }

    private static async Task<IResult> SignInAsync(HttpContext context, KeyRing ring, HtmlWriter writer, Assets assets, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        return await SignInApi.TryAsync(context, form["key"], ring) ? SeeOther.Back(form["to"]) : await AskAsync(form["to"], true, context, writer, assets);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await context.SignOutAsync(KeyAuthentication.Cookie);
        return SeeOther.To("/sign-in");
    }

    private static async Task<PageResult> ShowAsync((AccessKey Key, AccessToken Token)? made, KeyRing ring, HttpContext context, TimeProvider time, CancellationToken cancellationToken)
    {
        var grant = Caller.GrantOf(context)!;
        var keys = grant.Scope == AccessScope.Admin ? (await ring.ListAsync(cancellationToken)).Select(key => (key, ring.LastUse(key.Id))).ToList() : null;
        return new PageResult("Access", AccessSheet.Of(grant, keys, made, time.GetUtcNow()));
    }

    private static async Task<PageResult> CreateAsync(HttpContext context, KeyDesk desk, KeyRing ring, TimeProvider time, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (!Enum.TryParse<AccessScope>(form["scope"], ignoreCase: true, out var scope) || !Enum.IsDefined(scope)) throw new InvalidInputException($"scope is '{form["scope"]}'; allowed: read, submit, operate, admin");
        DateTimeOffset? expires = null;
        if (form["days"].ToString() is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days is < 1 or > MaxDays) throw new InvalidInputException($"days is '{text}'; allowed: 1 to {MaxDays}, or nothing");
            expires = time.GetUtcNow().AddDays(days);
        }
        var made = await desk.AddAsync(new NewKeyRequest(scope, form["owner"].ToString().Trim(), form["label"].ToString().Trim(), expires), Caller.Of(context), cancellationToken);
        return await ShowAsync(made, ring, context, time, cancellationToken);
    }

    private static async Task<IResult> RevokeAsync(string key, KeyDesk desk, HttpContext context, CancellationToken cancellationToken)
    {
        await desk.RevokeAsync(key, null, Caller.Of(context), cancellationToken);
        return SeeOther.To("/access");
    }

    private static async Task<PageResult> AuditAsync(string? day, string? before, IStore store, TimeProvider time, CancellationToken cancellationToken) =>
        new("Who did what", AuditSheet.Of(await AuditApi.ReadAsync(store, string.IsNullOrEmpty(day) ? null : day, before, AuditApi.Window, time.GetUtcNow(), cancellationToken)));
}
