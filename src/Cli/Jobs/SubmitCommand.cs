using System.CommandLine;
using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Cli.Cluster;
using Atelier.Dataset.Labels;
using Atelier.Dataset.Prompts;
using Atelier.Dataset.Stores;
using Atelier.Silo.Models;
using Spectre.Console;

namespace Atelier.Cli.Jobs;

/// <summary><c>atelier submit</c>: a prompt list into a job of a running cluster.</summary>
internal static class SubmitCommand
{
    private static readonly Option<string> ClusterAt = ClusterOption.Create();
    private static readonly Option<bool> Json = JobOptions.Json();
    private static readonly Option<string?> JobId = new("--job-id")
    {
        Description = "Name of the job; submitting the same job under its name again changes nothing. Default: the list's name and the time.",
    };

    private static readonly Option<string> Submitter = new("--submitter")
    {
        Description = "Who the job is for; submitters share the workers.",
        DefaultValueFactory = _ => Environment.UserName,
    };

    private static readonly Option<string> Priority = Options.Word("--priority", ["normal", "low", "high"], "Class of the job; a higher one goes first.");
    private static readonly Option<int> Weight = Options.Number("--weight", 1, 1, JobScheduling.MaxWeight, "Share among the submitter's jobs of that class.");
    private static readonly Option<bool> UploadModel = new("--upload-model")
    {
        Description = "Put the model into the cluster's store first, for silos that do not have it; needs access to the store.",
    };

    private static readonly Option<string[]> Labels = new("--label")
    {
        Description = "What to find the job by, such as project=faces; may be given several times. Needs access to the store.",
    };

    private static readonly Option<string> Note = new("--note") { Description = "A note in words. Needs access to the store.", DefaultValueFactory = _ => "" };
    private static readonly Option<bool> Watch = new("--watch") { Description = "Follow the job until it is final." };

    /// <summary>The command and its options.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console)
    {
        var command = new Command("submit", "Give a prompt list to a running cluster.") { JobId, ClusterAt, Submitter, Priority, Weight, Labels, Note, UploadModel, StoreCommands.Store, Watch, Json };
        JobRequestOptions.AddTo(command);
        JobId.Validators.Add(result =>
        {
            if (result.GetValue(JobId) is { } name && JobOptions.ProblemWithName(name) is { } problem) result.AddError(problem);
        });
        command.SetAction((result, cancellationToken) => SubmitAsync(result, console, cancellationToken));
        return command;
    }

    private static async Task<int> SubmitAsync(ParseResult result, IAnsiConsole console, CancellationToken cancellationToken)
    {
        using var request = await JobRequestOptions.CheckAsync(result, cancellationToken);
        var job = result.GetValue(JobId) ?? NewName(request.Prompts);
        var scheduling = new JobScheduling
        {
            Submitter = result.GetValue(Submitter)!,
            Priority = Enum.Parse<JobPriority>(result.GetValue(Priority)!, ignoreCase: true),
            Weight = result.GetValue(Weight),
        };
        scheduling.Check();
        var (labels, note) = (JobLabels.Check(result.GetValue(Labels) ?? []), JobLabels.CheckNote(result.GetValue(Note)!));
        await using var connection = await ClusterConnection.OpenAsync(result.GetValue(ClusterAt)!, cancellationToken);
        var isLabelled = labels.Count > 0 || note.Length > 0;
        // Before the job is there: a store that is out of reach refuses all of it.
        var store = isLabelled || result.GetValue(UploadModel)
            ? await (await StoreCommands.LocationAsync(result, () => connection.Client.GetStoreAsync(cancellationToken))).OpenAsync(cancellationToken)
            : null;
        if (result.GetValue(UploadModel)) await ModelUpload.PutAsync(store!, request.Model, cancellationToken);
        var rows = await connection.Client.SubmitAsync(
            job, request.Spec, PromptFile.ReadAsync(request.Prompts, request.InputSize, cancellationToken), scheduling, cancellationToken);
        if (isLabelled) await LabelAsync(store!, await connection.Client.DescribeAsync(job, cancellationToken), labels, note, cancellationToken);
        if (result.GetValue(Watch)) return await ClusterCommands.WatchAsync(connection.Client, job, result.GetValue(Json), console, cancellationToken);
        if (result.GetValue(Json)) ProgressDisplay.Print(console, JobReport.ToJson(await connection.Client.GetProgressAsync(job, cancellationToken)));
        else ProgressDisplay.Print(console, string.Create(CultureInfo.InvariantCulture, $"Submitted {rows:N0} rows as job {job}; atelier watch {job} follows it."));
        return ExitCodes.Success;
    }

    // Of a job that was submitted before, what has been written on it since stays.
    private static async Task LabelAsync(IStore store, JobDescription told, IReadOnlyList<string> labels, string note, CancellationToken cancellationToken)
    {
        var (by, now) = ($"{Environment.UserName}@{Environment.MachineName}", DateTimeOffset.UtcNow);
        await JobLabelFiles.ChangeAsync(
            store, told.JobId, told.Created, by, now, last => last ?? new JobLabels { JobCreated = told.Created, By = by, Changed = now, Labels = labels, Note = note }, cancellationToken);
    }

    private static string NewName(string prompts)
    {
        var stem = string.Concat(Path.GetFileNameWithoutExtension(prompts).Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-')).Trim('-');
        return string.Create(CultureInfo.InvariantCulture, $"{(stem.Length == 0 ? "job" : stem[..Math.Min(stem.Length, 60)])}-{DateTime.UtcNow:yyyyMMdd-HHmmss-fff}");
    }
}
