using System.Globalization;
using System.Text.Json;
using Atelier.Abstractions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Atelier.Dashboard.Problems;

/// <summary>Turns what is thrown while a request is served into <c>application/problem+json</c> (RFC 9457) with a stable <c>code</c>.</summary>
internal sealed partial class ProblemHandler(ILogger<ProblemHandler> logger) : IExceptionHandler
{
    private const int RetryAfterSeconds = 2;

    // A client that has gone; the number that proxies write for it.
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }
        var (status, code, detail) = Describe(exception);
        if (status == StatusCodes.Status500InternalServerError) LogUnexpected(exception, httpContext.TraceIdentifier);
        var problem = new ProblemDetails { Status = status, Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), Detail = detail };
        problem.Extensions["code"] = code;
        problem.Extensions["request_id"] = httpContext.TraceIdentifier;
        if (exception is ProblemException known)
            foreach (var (name, value) in known.Members) problem.Extensions[name] = value;
        httpContext.Response.StatusCode = status;
        if (status is StatusCodes.Status503ServiceUnavailable) httpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        httpContext.Response.Headers.CacheControl = "no-store";
        await httpContext.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", cancellationToken);
        return true;
    }

    private static (int Status, string Code, string Detail) Describe(Exception exception) => exception switch
    {
        ProblemException known => (known.Status, known.Code, known.Message),
        InvalidInputException invalid => (StatusCodes.Status422UnprocessableEntity, "input.invalid", invalid.Message),
        BadHttpRequestException { InnerException: JsonException malformed } => (StatusCodes.Status422UnprocessableEntity, "body.invalid", malformed.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large => (large.StatusCode, "body.too_large", large.Message),
        BadHttpRequestException bad => (bad.StatusCode, "request.invalid", bad.Message),
        ClusterUnreachableException silent => (StatusCodes.Status503ServiceUnavailable, "cluster.unreachable", silent.Message),
        OrleansException or TimeoutException => (StatusCodes.Status503ServiceUnavailable, "cluster.unreachable", "no silo answers"),
        InvalidDataException damaged => (StatusCodes.Status500InternalServerError, "store.damaged", damaged.Message),
        IOException store => (StatusCodes.Status503ServiceUnavailable, "store.unreachable", store.Message),
        // What it says is for those who wrote the program, not for whoever asks.
        _ => (StatusCodes.Status500InternalServerError, "internal", "the dashboard has met something that it does not know; its log says what"),
    };

    [LoggerMessage(LogLevel.Error, "Request {Request} failed")]
    private partial void LogUnexpected(Exception failure, string request);
}
