using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Access;

namespace Atelier.Dashboard.Access;

/// <summary>Lets a request through to its endpoint, if whoever makes it may do that; says otherwise what is missing. Pages and the API have this one door.</summary>
internal sealed class AccessGate(RequestDelegate next, LocalRule local, KeyRing ring, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!SameOrigin.Allows(context.Request))
            throw new ProblemException(StatusCodes.Status403Forbidden, "request.cross_site", "this was sent by another site; nothing was done");
        var grant = await GrantAsync(context);
        context.Features.Set(grant);
        if (Needs.Of(context) is { } scope && (grant is null || grant.Scope < scope))
            await (grant is null ? AskAsync(context) : RefuseAsync(context, grant.Scope, scope));
        else
            await next(context);
    }

    private async Task<Grant?> GrantAsync(HttpContext context)
    {
        if (KeyAuthentication.KeyOf(context.User) is { } id && await ring.FindAsync(id, context.RequestAborted) is { } key) return Grant.Of(key);
        if (Person.GrantOf(context.User) is { } person) return person;
        // Whoever shows a key wants to be no more than that key allows, were it wrong.
        return context.Request.Headers.Authorization.Count == 0 && local.Admits(context.Request) ? Grant.Local : null;
    }

    // Scripts, streams and images are told by the status: they would take the form for the answer.
    private static Task AskAsync(HttpContext context)
    {
        if (IsForPeople(context.Request))
        {
            context.Response.Redirect(HttpMethods.IsGet(context.Request.Method) ? $"/sign-in?to={Uri.EscapeDataString($"{context.Request.Path}{context.Request.QueryString}")}" : "/sign-in");
            return Task.CompletedTask;
        }
        context.Response.Headers.WWWAuthenticate = KeyAuthentication.Bearer;
        return ProblemBody.WriteAsync(context, StatusCodes.Status401Unauthorized, "access.key", context.Request.Headers.Authorization.Count > 0
            ? "the key opens nothing: it is unknown, revoked, or has expired"
            : "this needs an access key: Authorization: Bearer atl_...");
    }

    private Task RefuseAsync(HttpContext context, AccessScope has, AccessScope scope)
    {
        const string Code = "access.scope";
        var detail = $"this needs the scope '{Word(scope)}', and you have '{Word(has)}'";
        if (!IsForPeople(context.Request)) return ProblemBody.WriteAsync(context, StatusCodes.Status403Forbidden, Code, detail);
        var page = FaultPage.Of(StatusCodes.Status403Forbidden, Code, detail, context.TraceIdentifier, time.GetUtcNow(), null);
        return new PageResult("Not allowed", page) { Status = StatusCodes.Status403Forbidden }.ExecuteAsync(context);
    }

    private static bool IsForPeople(HttpRequest request) =>
        !request.Path.StartsWithSegments(ApiHosting.Root, StringComparison.OrdinalIgnoreCase) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static string Word(AccessScope scope) => scope.ToString().ToLowerInvariant();
}
