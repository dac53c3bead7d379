using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Atelier.Dashboard.Problems;

/// <summary>Writes problems as <c>application/problem+json</c> (RFC 9457), each with a stable <c>code</c> and the <c>request_id</c> that logs name too.</summary>
internal static class ProblemBody
{
    /// <summary>The member of a problem that says after how many seconds to try again; a header says so too.</summary>
    public const string RetryAfter = "retry_after";

    private const int RetryAfterSeconds = 2;

    /// <summary>Writes a problem as the answer.</summary>
    public static Task WriteAsync(HttpContext context, int status, string code, string detail, IReadOnlyDictionary<string, object?>? members = null)
    {
        var problem = new ProblemDetails { Status = status, Title = ReasonPhrases.GetReasonPhrase(status), Detail = detail };
        problem.Extensions["code"] = code;
        problem.Extensions["request_id"] = context.TraceIdentifier;
        foreach (var (name, value) in members ?? new Dictionary<string, object?>()) problem.Extensions[name] = value;
        context.Response.StatusCode = status;
        if (members?.GetValueOrDefault(RetryAfter) is long wait) context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        else if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", context.RequestAborted);
    }

    /// <summary>Gives an answer that the server made without a body one, where scripts ask.</summary>
    public static Task CompleteAsync(HttpContext context) => !context.Request.Path.StartsWithSegments(ApiHosting.Root, StringComparison.Ordinal)
        ? Task.CompletedTask
        : context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => WriteAsync(context, StatusCodes.Status404NotFound, "path.unknown", $"there is nothing at {context.Request.Path}"),
            StatusCodes.Status405MethodNotAllowed => WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "method.not_allowed", $"{context.Request.Method} is not for {context.Request.Path}"),
            StatusCodes.Status415UnsupportedMediaType => WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, "body.media_type", "the body is not of a type that is read here"),
            var status => WriteAsync(context, status, "request.invalid", ReasonPhrases.GetReasonPhrase(status)),
        };
}
