using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Labels;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Jobs;

/// <summary>Writes labels and notes on jobs.</summary>
internal sealed class Labelling(IStore store, LabelBook book, JobList list, TimeProvider time)
{
    /// <summary>Refuses what may not be written.</summary>
    /// <exception cref="Abstractions.InvalidInputException">Names it and what is allowed.</exception>
    public static void Check(IReadOnlyList<string>? labels, string? note)
    {
        if (labels is not null) JobLabels.Check(labels);
        if (note is not null) JobLabels.CheckNote(note);
    }

    /// <summary>Writes on a job; null for what stays. When the task completes, it is durable.</summary>
    /// <param name="told">The job.</param>
    /// <param name="labels">Labels in place of those it has.</param>
    /// <param name="note">Note in place of the one it has.</param>
    /// <param name="isFirst">Whether what is there already is left alone.</param>
    /// <param name="name">Who writes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(JobDescription told, IReadOnlyList<string>? labels, string? note, bool isFirst, string name, CancellationToken cancellationToken)
    {
        if (labels is null && note is null) return;
        var now = time.GetUtcNow();
        await JobLabelFiles.ChangeAsync(store, told.JobId, told.Created, name, now, last => isFirst && last is not null ? last : Make(last), cancellationToken);
        book.Expire();
        list.Expire();

        JobLabels Make(JobLabels? last) => new()
        {
            JobCreated = told.Created,
            By = name,
            Changed = now,
            Labels = labels is null ? last?.Labels ?? [] : JobLabels.Check(labels),
            Note = note is null ? last?.Note ?? "" : JobLabels.CheckNote(note),
        };
    }
}
