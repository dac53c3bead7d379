using Atelier.Dashboard.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Pages;

/// <summary>What a viewer has chosen, kept in cookies of his browser.</summary>
internal static class Preferences
{
    private const string Theme = "atelier-theme";
    private static readonly string[] Themes = ["light", "dark", "system"];

    public static string ThemeOf(HttpContext context) => context.Request.Cookies[Theme] is { } chosen && Themes.Contains(chosen) ? chosen : "system";

    public static void Map(IEndpointRouteBuilder pages) => pages.MapPost("/preferences", SetAsync).ForEverybody();

    private static async Task<RedirectHttpResult> SetAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var form = await context.Request.ReadFormAsync(cancellationToken);
        if (form["theme"].ToString() is var chosen && Themes.Contains(chosen))
            context.Response.Cookies.Append(Theme, chosen, new CookieOptions { SameSite = SameSiteMode.Lax, HttpOnly = true, IsEssential = true, MaxAge = TimeSpan.FromDays(365) });
        return SeeOther.Back(form["here"]);
    }
}

/// <summary>Where to go after something was done, by GET.</summary>
internal static class SeeOther
{
    // 303 has no typed result; 302 comes to the same in every browser.
    public static RedirectHttpResult To(string path) => TypedResults.LocalRedirect(path);

    /// <summary>Back to where somebody says that he came from, if that is a page of ours.</summary>
    /// <param name="here">Any text.</param>
    public static RedirectHttpResult Back(string? here) => To(here is ['/', not ('/' or '\\'), ..] && !here.Any(char.IsControl) ? here : "/jobs");
}
