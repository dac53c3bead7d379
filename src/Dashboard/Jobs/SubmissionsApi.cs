using System.Text.Json;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Json;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Uploads;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Atelier.Dashboard.Jobs;

/// <summary>New jobs.</summary>
internal static class SubmissionsApi
{
    // A list of this length is better sent as a file, which is read in pieces.
    private const long MaxJsonBytes = 32 << 20;

    private const string JobPart = "job";

    public static void MapSubmissions(this IEndpointRouteBuilder api) => api.MapPost("/jobs", SubmitAsync).WithTags("jobs").WithName("createJob")
        .WithSummary("Submits a job: JSON with the rows or the id of a file, or a form with the part 'job' (JSON) and then a file of rows. The same again is the same job.")
        .WithMetadata(new RequestSizeLimitAttribute(FilesApi.MaxBodyBytes))
        .Accepts<JobRequest>("application/json", "multipart/form-data")
        .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Results<Created<JobView>, Ok<JobView>>> SubmitAsync(
        HttpContext context, JobSubmission submission, ListUpload upload, IStore store, [FromHeader(Name = "Idempotency-Key")] string? key, CancellationToken cancellationToken)
    {
        var (request, sent) = await ReadAsync(context, upload, cancellationToken);
        var (job, isNew) = await submission.SubmitAsync(request, sent, key, Caller.Of(context), Caller.SubmitterOf(context), cancellationToken);
        // Nobody has its id.
        if (sent is not null) await UploadedLists.RemoveAsync(store, sent.Id, cancellationToken);
        var view = JobView.Of(job);
        context.Response.Headers.Location = JobLinks.Of(view.Job);
        return isNew ? TypedResults.Created(JobLinks.Of(view.Job), view) : TypedResults.Ok(view);
    }

    private static async Task<(JobRequest Request, UploadedList? Sent)> ReadAsync(HttpContext context, ListUpload upload, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MaxJsonBytes;
            return (await ParseAsync(context.Request.Body, cancellationToken), null);
        }
        var form = SentList.Form(context.Request, type);
        JobRequest? request = null;
        while (await form.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (section.GetContentDispositionHeader()?.Name.Value?.Trim('"') == JobPart)
            {
                await using var body = new MeasuredStream(section.Body, MaxJsonBytes);
                request = await ParseAsync(body, cancellationToken);
            }
            else if (section.AsFileSection() is { FileStream: { } content } file)
            {
                if (request is null) throw ProblemException.Invalid("form.order", "the part 'job' must come before the file of rows");
                return (request, await upload.ReceiveAsync(SentList.Of(file.FileName, section.ContentType, content, isPacked: false), cancellationToken));
            }
        }
        return request is not null ? (request, null) : throw ProblemException.Invalid("form.order", "the form has no part 'job'");
    }

    private static async Task<JobRequest> ParseAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<JobRequest>(body, ApiJson.Options, cancellationToken) ?? throw new JsonException("the body is null");
        }
        catch (JsonException malformed)
        {
            throw ProblemException.Invalid("body.invalid", malformed.Message);
        }
    }
}
