using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Models;
using Atelier.Dashboard.Pages;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Prompts;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;

namespace Atelier.Dashboard.Submit;

/// <summary>The form of a new job: first its plan, or what is wrong with it, then the job.</summary>
internal static class SubmitPage
{
    private const long MaxListBytes = 256L << 20;

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapGet("/submit", ShowAsync);
        pages.MapPost("/submit", SubmitAsync).WithMetadata(new RequestSizeLimitAttribute(MaxListBytes));
    }

    private static async Task<IResult> ShowAsync(string? from, JobReads jobs, KnownModels models, ClusterLink cluster, HttpContext context, CancellationToken cancellationToken)
    {
        var form = !string.IsNullOrEmpty(from) && (await jobs.GetAsync(from, cancellationToken)).Description is { } told ? SubmitForm.Like(told) : new SubmitForm { Submitter = Caller.Of(context).Split('@')[0] };
        return Page(form, await models.ReadAsync(cancellationToken), null, null, cluster);
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, SubmittedLists lists, KnownModels models, ClusterLink cluster, JobList list, CancellationToken cancellationToken)
    {
        context.Features.Set<IFormFeature>(new FormFeature(context.Request, new FormOptions { MultipartBodyLengthLimit = MaxListBytes, ValueLengthLimit = 16 << 20 }));
        var fields = await context.Request.ReadFormAsync(cancellationToken);
        var form = new SubmitForm { JobId = fields["job"].ToString(), Model = fields["model"].ToString(), Prompts = fields["prompts"].ToString(), Submitter = fields["submitter"].ToString() };
        try
        {
            form = SubmitForm.Read(fields);
            JobIndex.CheckName(form.JobId);
            if (form.Model.Length == 0) throw new InvalidInputException("no model is chosen; allowed: one of those that are offered");
            JobSpecRules.Check(form.Spec);
            form = form with { List = await KeepAsync(fields.Files.GetFile("file"), form, lists, cancellationToken) };
            var (path, name) = lists.Find(form.List) ?? throw new InvalidInputException("the list is not kept any more; give it again");
            var counts = await ValidateAsync(path, name, cancellationToken);
            var (plan, scheduling) = (JobPlan.Of(form.Spec, counts.Rows), form.Scheduling());
            if (fields["step"] != "submit") return Page(form, await models.ReadAsync(cancellationToken), new SubmitPlan(name, counts, plan, form.Spec), null, cluster);
            var client = (cluster.Client ?? throw new Problems.ClusterUnreachableException("no silo answers")).As(Caller.Of(context));
            await client.SubmitAsync(form.JobId, form.Spec, PromptFile.ReadAsync(path, null, cancellationToken), scheduling, cancellationToken);
            lists.Remove(form.List);
            list.Expire();
            return SeeOther.To(JobUrl.Of(form.JobId));
        }
        catch (InvalidInputException wrong)
        {
            return Page(form, await models.ReadAsync(cancellationToken), null, wrong.Message, cluster);
        }
    }

    // A file goes before what is typed, and that before a list given earlier.
    private static async Task<string> KeepAsync(IFormFile? file, SubmitForm form, SubmittedLists lists, CancellationToken cancellationToken)
    {
        if (file is { Length: > 0 })
        {
            await using var content = file.OpenReadStream();
            return await lists.AddAsync(content, file.FileName, cancellationToken);
        }
        if (form.Prompts.Trim().Length > 0) return await lists.AddAsync(new MemoryStream(Encoding.UTF8.GetBytes(form.Prompts)), "prompts.txt", cancellationToken);
        return form.List.Length > 0 ? form.List : throw new InvalidInputException("there are no prompts; allowed: a file, or one prompt a line");
    }

    // The place of a list on this machine is nobody's business.
    private static async Task<PromptCounts> ValidateAsync(string path, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await PromptFile.ValidateAsync(path, cancellationToken: cancellationToken);
        }
        catch (InvalidInputException wrong)
        {
            throw new InvalidInputException(wrong.Message.Replace(path, name, StringComparison.Ordinal), wrong);
        }
    }

    private static PageResult Page(SubmitForm form, IReadOnlyList<KnownModel> models, SubmitPlan? plan, string? wrong, ClusterLink cluster) =>
        new("Submit", SubmitSheet.Of(form, models, plan, wrong, cluster.Client is not null)) { Section = "submit", Status = wrong is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity };
}
