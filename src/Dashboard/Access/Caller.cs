namespace Atelier.Dashboard.Access;

/// <summary>Who makes a request, as decisions and the audit name them.</summary>
internal static class Caller
{
    /// <summary>The name: that of who signed in, or of this machine's user where everybody on it is let in.</summary>
    /// <param name="context">The request.</param>
    public static string Of(HttpContext context) => GrantOf(context)?.Name ?? "";

    /// <summary>Who a new job is for, if its request does not say.</summary>
    /// <param name="context">The request.</param>
    public static string SubmitterOf(HttpContext context) => GrantOf(context)?.Submitter ?? "";

    /// <summary>What he may do; null for one that has not said who he is.</summary>
    /// <param name="context">The request.</param>
    public static Grant? GrantOf(HttpContext context) => context.Features.Get<Grant>();
}
