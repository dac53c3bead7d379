using System.Text.Json;
using Atelier.Abstractions;
using Microsoft.AspNetCore.Diagnostics;

namespace Atelier.Dashboard.Problems;

/// <summary>Turns what is thrown while a request is served into <c>application/problem+json</c> (RFC 9457) with a stable <c>code</c>.</summary>
internal sealed partial class ProblemHandler(ILogger<ProblemHandler> logger) : IExceptionHandler
{
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
        await ProblemBody.WriteAsync(httpContext, status, code, detail, (exception as ProblemException)?.Members);
        return true;
    }

    internal static (int Status, string Code, string Detail) Describe(Exception exception) => exception switch
    {
        ProblemException known => (known.Status, known.Code, known.Message),
        InvalidInputException invalid => (StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, invalid.Message),
        BadHttpRequestException { InnerException: JsonException malformed } => (StatusCodes.Status422UnprocessableEntity, "body.invalid", malformed.Message),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large => (large.StatusCode, "body.too_large", large.Message),
        BadHttpRequestException bad => (bad.StatusCode, "request.invalid", bad.Message),
        ClusterUnreachableException silent => (StatusCodes.Status503ServiceUnavailable, ProblemCodes.ClusterUnreachable, silent.Message),
        OrleansException or TimeoutException => (StatusCodes.Status503ServiceUnavailable, ProblemCodes.ClusterUnreachable, "no silo answers"),
        InvalidDataException damaged => (StatusCodes.Status500InternalServerError, "store.damaged", damaged.Message),
        IOException store => (StatusCodes.Status503ServiceUnavailable, ProblemCodes.StoreUnreachable, store.Message),
        // What it says is for those who wrote the program, not for whoever asks.
        _ => (StatusCodes.Status500InternalServerError, "internal", "the dashboard has met something that it does not know; its log says what"),
    };

    [LoggerMessage(LogLevel.Error, "Request {Request} failed")]
    private partial void LogUnexpected(Exception failure, string request);
}
