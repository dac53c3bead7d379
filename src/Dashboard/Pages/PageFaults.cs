using Atelier.Dashboard.Problems;

namespace Atelier.Dashboard.Pages;

/// <summary>Shows as a page what goes wrong while a page is made: what, since when, its code, the request's id, and how to try again.</summary>
internal sealed partial class PageFaults(ILogger<PageFaults> logger, TimeProvider time) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (Exception fault) when (!http.RequestAborted.IsCancellationRequested)
        {
            var (status, code, detail) = ProblemHandler.Describe(fault);
            if (status == StatusCodes.Status500InternalServerError) LogUnexpected(fault, http.TraceIdentifier);
            var retry = HttpMethods.IsGet(http.Request.Method) ? $"{http.Request.Path}{http.Request.QueryString}" : null;
            return new PageResult(status == StatusCodes.Status404NotFound ? "Not there" : "Not possible", FaultPage.Of(status, code, detail, http.TraceIdentifier, time.GetUtcNow(), retry)) { Status = status };
        }
    }

    public static Task NoPage(HttpContext context) => context.Request.Path.StartsWithSegments(ApiHosting.Root, StringComparison.Ordinal)
        ? ProblemBody.WriteAsync(context, StatusCodes.Status404NotFound, "path.unknown", $"there is nothing at {context.Request.Path}")
        : new PageResult("Not there", FaultPage.Of(StatusCodes.Status404NotFound, "page.unknown", "there is no such page", context.TraceIdentifier, null, null)) { Status = StatusCodes.Status404NotFound }.ExecuteAsync(context);

    [LoggerMessage(LogLevel.Error, "Page {Request} failed")]
    private partial void LogUnexpected(Exception failure, string request);
}
