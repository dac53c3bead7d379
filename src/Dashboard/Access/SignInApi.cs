using Atelier.Dashboard.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Access;

/// <summary>Changes a key for a cookie, for browsers, which cannot send keys with streams and images.</summary>
internal static class SignInApi
{
    public static void MapSignIn(this IEndpointRouteBuilder api)
    {
        var signIn = api.MapGroup("/sign-in").ForEverybody();
        signIn.MapPost("", SignInAsync).WithName("signIn").WithSummary("Changes an access key for a cookie.").ProducesProblem(StatusCodes.Status401Unauthorized);
        signIn.MapDelete("", SignOutAsync).WithName("signOut").WithSummary("Removes the cookie.");
    }

    /// <summary>Gives a browser a cookie for a key.</summary>
    /// <returns>Whether the key opens anything.</returns>
    public static async Task<bool> TryAsync(HttpContext context, string? token, KeyRing ring)
    {
        if (await ring.OpenAsync(token?.Trim(), context.RequestAborted) is not { } key) return false;
        await context.SignInAsync(KeyAuthentication.Cookie, KeyAuthentication.PrincipalOf(key, KeyAuthentication.Cookie), new AuthenticationProperties { IsPersistent = true });
        return true;
    }

    private static async Task<NoContent> SignInAsync(SignInRequest request, KeyRing ring, HttpContext context) => await TryAsync(context, request.Key, ring)
        ? TypedResults.NoContent()
        : throw new ProblemException(StatusCodes.Status401Unauthorized, "access.key", "the key opens nothing: it is unknown, revoked, or has expired");

    private static async Task<NoContent> SignOutAsync(HttpContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await context.SignOutAsync(KeyAuthentication.Cookie);
        return TypedResults.NoContent();
    }
}

/// <summary>Who signs in.</summary>
/// <param name="Key">The access key in full.</param>
internal sealed record SignInRequest(string Key);
