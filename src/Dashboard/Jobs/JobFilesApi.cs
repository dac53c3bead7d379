using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Json;
using Atelier.Dashboard.Problems;
using Atelier.Dashboard.Samples;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Atelier.Dashboard.Jobs;

/// <summary>The files of a job that are not its shards'.</summary>
internal static class JobFilesApi
{
    private const string Lines = "application/x-ndjson";

    public static void MapJobFiles(this IEndpointRouteBuilder api)
    {
        var job = api.MapGroup("/jobs/{job}").WithTags("jobs");
        MapClosing(job, "summary.json", "application/json", JobPaths.Summary);
        MapClosing(job, "README.md", "text/markdown; charset=utf-8", JobPaths.Card);
        MapClosing(job, "contact-sheet.png", "image/png", JobPaths.ContactSheet);
        job.MapGet("/spec.json", SpecAsync).WithName("getSpec").WithSummary("The settings of a job, as a new job takes them.").ProducesProblem(StatusCodes.Status404NotFound);
        job.MapGet("/prompts.jsonl", PromptsAsync).WithName("getPrompts").WithSummary("The rows of a job, one a line; parts of it by Range.")
            .Produces<Stream>(StatusCodes.Status200OK, Lines).Produces<Stream>(StatusCodes.Status206PartialContent, Lines).ProducesProblem(StatusCodes.Status404NotFound);
        job.MapGet("/output.jsonl", OutputAsync).WithName("getOutput").WithSummary("A line for each sample of the committed shards, with the id of its row.")
            .Produces<OutputLine>(StatusCodes.Status200OK, Lines).ProducesProblem(StatusCodes.Status404NotFound);
        job.MapGet("/errors.jsonl", ErrorsAsync).WithName("getErrors").WithSummary("A line for each sample of the committed shards that has no image.")
            .Produces<OutputLine>(StatusCodes.Status200OK, Lines).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static void MapClosing(IEndpointRouteBuilder job, string name, string type, Func<string, string> path) => job.MapGet(
        $"/{name}",
        async Task<FileStreamHttpResult> (string job, JobReader reader, IStore store, HttpContext context, CancellationToken cancellationToken) =>
        {
            JobReader.CheckName(job);
            if (await store.OpenReadAsync(path(job), cancellationToken) is { } content)
                return StoredFile.Of(context, content, type, await TagAsync(store, job, content.Length, cancellationToken));
            await reader.ReadPlanAsync(job, cancellationToken);
            throw ProblemException.NotFound("job.not_completed", $"job '{job}' has no {name}: it is made when the job completes, and a contact sheet only if there is an image");
        })
        .WithName($"get{string.Concat(name.Split('.')[0].Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..].ToLowerInvariant()))}").WithSummary($"The {name} of a completed job.")
        .Produces<Stream>(StatusCodes.Status200OK, type.Split(';')[0]).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Ok<JobSpec>> SpecAsync(string job, IStore store, CancellationToken cancellationToken)
    {
        JobReader.CheckName(job);
        return TypedResults.Ok((await JobFiles.ReadRecordAsync(store, job, cancellationToken) ?? throw JobReader.Unknown(job)).Spec);
    }

    private static async Task<FileStreamHttpResult> PromptsAsync(string job, JobReader reader, IStore store, HttpContext context, CancellationToken cancellationToken)
    {
        await reader.ReadPlanAsync(job, cancellationToken);
        var chunks = await store.ListAsync(JobPaths.AllPrompts(job), cancellationToken).ToListAsync(cancellationToken);
        // By number, which has more digits from 100,000 on.
        chunks.Sort((a, b) => a.Path.Length != b.Path.Length ? a.Path.Length - b.Path.Length : string.CompareOrdinal(a.Path, b.Path));
        var content = new JoinedStream(store, chunks);
        return StoredFile.Of(context, content, Lines, await TagAsync(store, job, content.Length, cancellationToken), "prompts.jsonl");
    }

    private static async Task<EmptyHttpResult> OutputAsync(string job, JobReader reader, OutputLines output, HttpContext context, CancellationToken cancellationToken)
    {
        var plan = await reader.ReadPlanAsync(job, cancellationToken);
        StoredFile.Guard(context.Response);
        await JsonLines.WriteAsync(context.Response, output.ReadAsync(job, plan, onlyFailed: false, cancellationToken), cancellationToken);
        return TypedResults.Empty;
    }

    private static async Task<EmptyHttpResult> ErrorsAsync(string job, JobReader reader, OutputLines output, HttpContext context, CancellationToken cancellationToken)
    {
        var plan = await reader.ReadPlanAsync(job, cancellationToken);
        StoredFile.Guard(context.Response);
        await JsonLines.WriteAsync(context.Response, output.ReadAsync(job, plan, onlyFailed: true, cancellationToken), cancellationToken);
        return TypedResults.Empty;
    }

    // Create-only files of a job change only with the job.
    private static async Task<string> TagAsync(IStore store, string job, long length, CancellationToken cancellationToken) =>
        $"{(await JobFiles.ReadRecordAsync(store, job, cancellationToken))?.Incarnation:N}-{length:x}";
}
