namespace Atelier.Dashboard.Access;

/// <summary>Who makes a request, as decisions and the audit name them.</summary>
internal static class Caller
{
    /// <summary>The name: that of who signed in, or of this machine's user where everybody on it is let in.</summary>
    /// <param name="context">The request.</param>
    public static string Of(HttpContext context) => SignedIn(context) ?? $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>Who a new job is for, if its request does not say.</summary>
    /// <param name="context">The request.</param>
    public static string SubmitterOf(HttpContext context) => SignedIn(context) ?? Environment.UserName;

    private static string? SignedIn(HttpContext context) => context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : null;
}
