using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Models;
using Atelier.Dashboard.Pages;
using Atelier.Dashboard.Plans;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Uploads;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace Atelier.Dashboard.Submit;

/// <summary>The form of a new job: first its plan, or what is wrong with it, then the job.</summary>
internal static class SubmitPage
{
    // A larger list is better sent by a script, which can see it go.
    private const long MaxListBytes = 256L << 20;
    private const int MaxTypedBytes = 16 << 20;

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/submit", ShowAsync);
        pages.MapGet("/submit/live", Live);
        pages.MapPost("/submit", SubmitAsync).WithMetadata(new RequestSizeLimitAttribute(MaxListBytes));
    }

    private static async Task<IResult> ShowAsync(string? from, string? model, JobReads jobs, ModelsInUse models, ClusterLink cluster, HttpContext context, CancellationToken cancellationToken)
    {
        var form = !string.IsNullOrEmpty(from) && (await jobs.GetAsync(from, cancellationToken)).Description is { } told ? SubmitForm.Like(told) : new SubmitForm { Submitter = Caller.SubmitterOf(context), Model = model ?? "" };
        return Page(form, await models.ReadAsync(cancellationToken), null, null, null, cluster);
    }

    private static LiveResult Live(string trial, TrialRuns trials, ShellReader shell) => new(async cancellationToken =>
        await trials.TryReadAsync(trial, cancellationToken) is { } look
            ? [.. await shell.ReadPartsAsync(cancellationToken), new LivePart("trial", TrialPanel.Of(look))]
            : await shell.ReadPartsAsync(cancellationToken));

    private static async Task<IResult> SubmitAsync(
        HttpContext context, ListUpload upload, ModelCatalogue catalogue, PlanEstimate estimate, JobSubmission submission, TrialRuns trials, ModelsInUse models, ClusterLink cluster, IStore store, TimeProvider time,
        CancellationToken cancellationToken)
    {
        context.Features.Set<IFormFeature>(new FormFeature(context.Request, new FormOptions { MultipartBodyLengthLimit = MaxListBytes, ValueLengthLimit = MaxTypedBytes }));
        var fields = await context.Request.ReadFormAsync(cancellationToken);
        var form = SubmitForm.ReadNames(fields);
        try
        {
            form = SubmitForm.Read(fields);
            JobIndex.CheckName(form.JobId);
            if (form.Model.Length == 0) throw new InvalidInputException("no model is chosen; allowed: one of those that are offered");
            var (spec, model) = await catalogue.ResolveAsync(form.Spec, cancellationToken);
            var list = await ReceiveAsync(fields.Files.GetFile("file"), form, upload, cancellationToken)
                ?? await UploadedLists.FindAsync(store, form.List, time.GetUtcNow(), cancellationToken)
                ?? throw new InvalidInputException("there are no prompts; allowed: a file, or one prompt a line");
            form = form with { List = list.Id };
            var (plan, scheduling) = (await estimate.OfAsync(spec, JobPlan.Of(spec, list.Rows), model, cancellationToken), form.Scheduling());
            if (fields["step"] == "trial") form = form with { Trial = await trials.StartAsync(spec, scheduling, list, Caller.Of(context), Caller.SubmitterOf(context), cancellationToken) };
            if (fields["step"] == "remove")
            {
                await trials.RemoveAsync(form.Trial, Caller.Of(context), cancellationToken);
                form = form with { Trial = "" };
            }
            if (fields["step"] != "submit") return Page(form, await models.ReadAsync(cancellationToken), (list, plan), await trials.TryReadAsync(form.Trial, cancellationToken), null, cluster);
            await submission.SubmitAsync(
                new JobRequest { Id = form.JobId, Spec = spec, Scheduling = scheduling, File = list.Id }, null, null, Caller.Of(context), Caller.SubmitterOf(context), cancellationToken);
            await UploadedLists.RemoveAsync(store, list.Id, cancellationToken);
            return SeeOther.To(JobUrl.Of(form.JobId));
        }
        catch (Exception wrong) when (wrong is InvalidInputException or ProblemException)
        {
            return Page(form, await models.ReadAsync(cancellationToken), null, await trials.TryReadAsync(form.Trial, cancellationToken), wrong, cluster);
        }
    }

    // A file goes before what is typed; with the plan, the list is there already.
    private static async Task<UploadedList?> ReceiveAsync(IFormFile? file, SubmitForm form, ListUpload upload, CancellationToken cancellationToken)
    {
        if (file is { Length: > 0 })
        {
            await using var content = file.OpenReadStream();
            return await upload.ReceiveAsync(SentList.Of(file.FileName, file.ContentType, content, isPacked: false), cancellationToken);
        }
        return form.Prompts.Trim().Length > 0
            ? await upload.ReceiveAsync(SentList.Of("prompts.txt", null, new MemoryStream(Encoding.UTF8.GetBytes(form.Prompts)), isPacked: false), cancellationToken)
            : null;
    }

    private static PageResult Page(SubmitForm form, IReadOnlyList<UsedModel> models, (UploadedList List, PlanView Plan)? plan, TrialLook? trial, Exception? wrong, ClusterLink cluster) =>
        new("Submit", SubmitSheet.Of(form, models, plan, trial, wrong, cluster.Client is not null))
        {
            Section = "submit",
            Live = trial is null ? null : $"/submit/live?trial={trial.Progress.JobId}",
            Status = wrong is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity,
        };
}
