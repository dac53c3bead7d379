using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Prompts;
using Atelier.Dashboard.Access;
using Atelier.Dashboard.Cluster;
using Atelier.Dashboard.Files;
using Atelier.Dashboard.Models;
using Atelier.Dashboard.Problems;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Stores;
using Atelier.Dataset.Uploads;

namespace Atelier.Dashboard.Jobs;

/// <summary>Submits jobs. Whoever lost his connection repeats the request: the same job under the same name is the same job.</summary>
internal sealed class JobSubmission(ClusterLink cluster, JobReader reader, JobList list, ModelCatalogue models, IStore store, TimeProvider time, Acts acts, Labelling labelling, Quotas quotas)
{
    private const int RandomBytes = 2;
    private const int MaxKey = 255;

    /// <summary>Submits a job and starts it.</summary>
    /// <param name="request">The job.</param>
    /// <param name="sent">Its rows, where they came with the request.</param>
    /// <param name="key">Stands for the same request again, where that has no name for the job.</param>
    /// <param name="name">Who submits.</param>
    /// <param name="submitter">Who it is for, where the request does not say.</param>
    /// <param name="cancellationToken">Gives up; what was staged stays, and the same request completes it.</param>
    /// <returns>The job, and whether it was not there before.</returns>
    /// <exception cref="InvalidInputException">The request is not allowed; nothing was done.</exception>
    /// <exception cref="ProblemException">The job is there and differs, or there is no such file.</exception>
    public async Task<(JobSnapshot Job, bool IsNew)> SubmitAsync(
        JobRequest request, UploadedList? sent, string? key, string name, string submitter, CancellationToken cancellationToken)
    {
        var (spec, _) = await models.ResolveAsync(request.Spec, cancellationToken);
        var scheduling = request.Scheduling ?? new JobScheduling();
        if (scheduling.Submitter.Length == 0) scheduling = scheduling with { Submitter = submitter };
        scheduling.Check();
        Labelling.Check(request.Labels, request.Note);
        var (count, rows) = await RowsAsync(request, sent, cancellationToken);
        var plan = JobPlan.Of(spec, count);
        var job = request.Id ?? NewName(key, name);
        JobIndex.CheckName(job);

        var before = await cluster.AskAsync((client, cancel) => client.GetProgressAsync(job, cancel), cancellationToken);
        if (before.Status != JobStatus.Unknown) await CompareAsync(job, spec, count, cancellationToken);
        await acts.BeginAsync("job.submit", job, scheduling.Submitter, null, cancellationToken);
        await using var taken = before.Status is JobStatus.Unknown ? await quotas.TakeAsync(job, plan.Samples, cancellationToken) : null;
        try
        {
            // Longer than a page may wait: a million rows are a thousand calls.
            await cluster.Require().As(name).SubmitAsync(job, spec, rows, scheduling, cancellationToken);
        }
        catch (InvalidInputException refused)
        {
            taken?.GiveBack();
            throw before.Status == JobStatus.Unknown ? refused : Differs(job, [refused.Message]);
        }
        list.Expire();
        var made = await reader.ReadLiveAsync(job, cancellationToken);
        if ((request.Labels is not null || request.Note is not null) && made.Description is { } told)
        {
            await labelling.WriteAsync(told, request.Labels, request.Note, isFirst: true, name, cancellationToken);
            made = await reader.ReadLiveAsync(job, cancellationToken);
        }
        return (made, before.Status is JobStatus.Unknown or JobStatus.Staging);
    }

    private async Task<(long Count, IAsyncEnumerable<PromptRow> Rows)> RowsAsync(JobRequest request, UploadedList? sent, CancellationToken cancellationToken)
    {
        if ((request.File is null ? 0 : 1) + (request.Rows is null ? 0 : 1) + (sent is null ? 0 : 1) != 1)
            throw new InvalidInputException("a job has its rows in 'rows', or the id of a list that was sent in 'file', or the list as a part of the form: one of these");
        if (request.Rows is { } given)
        {
            var rows = await RequestRows.ReadAsync(given, cancellationToken);
            return (rows.Count, rows.ToAsyncEnumerable());
        }
        var found = sent ?? await UploadedLists.FindAsync(store, request.File!, time.GetUtcNow(), cancellationToken) ?? throw FilesApi.Unknown(request.File!);
        return (found.Rows, UploadedLists.ReadRowsAsync(store, found, cancellationToken));
    }

    private async Task CompareAsync(string job, JobSpec spec, long rows, CancellationToken cancellationToken)
    {
        var there = await cluster.AskAsync((client, cancel) => client.DescribeAsync(job, cancel), cancellationToken);
        var differences = JobSpecRules.Differences(there.Plan?.Settle(there.Spec) ?? there.Spec, spec).ToList();
        if (there.Plan is { } plan && plan.Rows != rows) differences.Add(string.Create(CultureInfo.InvariantCulture, $"rows is {plan.Rows} there, {rows} here"));
        if (differences.Count > 0) throw Differs(job, differences);
    }

    private static ProblemException Differs(string job, IReadOnlyList<string> differences) =>
        ProblemException.Conflict("job.differs", $"job '{job}' is there and differs: {string.Join("; ", differences)}").With("differences", differences);

    private string NewName(string? key, string name)
    {
        if (key is null) return $"job-{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomBytes))}";
        if (key.Length is 0 or > MaxKey) throw new InvalidInputException($"Idempotency-Key has {key.Length} characters; allowed: 1 to {MaxKey}");
        // Of the key alone, so that no memory of it is needed; of the caller too, so that two of them never meet.
        return $"job-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{name}\n{key}")))[..20]}";
    }
}
