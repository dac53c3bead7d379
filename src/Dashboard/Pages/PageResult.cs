using Microsoft.AspNetCore.Components;

namespace Atelier.Dashboard.Pages;

/// <summary>A page as the answer to a request.</summary>
/// <param name="title">What it shows, for the title of the window.</param>
/// <param name="content">What is between header and end.</param>
internal sealed class PageResult(string title, RenderFragment content) : IResult
{
    /// <summary>Which of the pages in the header it belongs to: <c>jobs</c>, <c>fleet</c>, <c>models</c>, <c>submit</c>; null for none.</summary>
    public string? Section { get; init; }

    /// <summary>Where its changes come from; null where it has none.</summary>
    public string? Live { get; init; }

    /// <summary>The status.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var look = await services.GetRequiredService<ShellReader>().ReadAsync(httpContext, httpContext.RequestAborted);
        var html = await services.GetRequiredService<HtmlWriter>().WriteAsync(Shell.Of(look with { Title = title, Section = Section, Live = Live }, content));
        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        httpContext.Response.Headers.CacheControl = "no-cache, private";
        await httpContext.Response.WriteAsync(html, httpContext.RequestAborted);
    }
}
