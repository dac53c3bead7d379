using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Pages;

/// <summary>
/// Refuses forms that another site has sent: a browser says where they come from, and scripts outside of browsers say nothing. With it forms need no token of their own.
/// </summary>
internal sealed class SameOrigin : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.HttpContext.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || IsOwn(request)) return next(context);
        throw new ProblemException(StatusCodes.Status403Forbidden, "request.cross_site", "this form was sent by another site; nothing was done");
    }

    private static bool IsOwn(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "same-origin" or "none" => true,
        "" => request.Headers.Origin.ToString() is var origin && (origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}"),
        _ => false,
    };
}
