using System.Diagnostics.CodeAnalysis;
using Atelier.Abstractions.Jobs;

namespace Atelier.Dashboard.Jobs;

/// <summary>A job: how it stands, and what was asked of it.</summary>
internal sealed record JobView : JobProgressView
{
    [SetsRequiredMembers]
    private JobView(JobProgressView progress) : base(progress)
    {
        (Links, Labels, Note) = (new Dictionary<string, string>(), [], "");
    }

    /// <summary>Tells it from another job that had its name before.</summary>
    public Guid? Incarnation { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When its plan was fixed, so that workers could begin.</summary>
    public DateTimeOffset? InProgressAt { get; init; }

    /// <summary>When something was last decided about it.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>When a worker began to make the files that complete it.</summary>
    public DateTimeOffset? FinalizingAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }

    /// <summary>What people have written on it, to find it again.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>A note in words; empty for none.</summary>
    public required string Note { get; init; }

    /// <summary>Who last changed labels or note.</summary>
    public string? LabelledBy { get; init; }

    /// <summary>When that was.</summary>
    public DateTimeOffset? LabelledAt { get; init; }

    /// <summary>Who last decided something, and why.</summary>
    public DecidedBy? LastDecision { get; init; }

    /// <summary>The numerics class that it is bound to.</summary>
    public string? NumericsClass { get; init; }

    /// <summary>Its settings.</summary>
    public JobSpec? Spec { get; init; }

    /// <summary>How it is cut into shards and batches; null before its start.</summary>
    public JobPlan? Plan { get; init; }

    /// <summary>Where more is, by what it is.</summary>
    public required IReadOnlyDictionary<string, string> Links { get; init; }

    /// <summary>Whether the cluster says so; otherwise the store does, which knows little of a job at work.</summary>
    public required bool Live { get; init; }

    public static JobView Of(JobSnapshot snapshot)
    {
        var (job, told) = (snapshot.Progress, snapshot.Description);
        return new JobView(Of(job, snapshot.AsOf))
        {
            Incarnation = told?.Incarnation,
            CreatedAt = job.Created,
            InProgressAt = told?.Started,
            ChangedAt = told?.Changed,
            FinalizingAt = told?.Finalizing,
            CompletedAt = job.Status == JobStatus.Completed ? told?.Ended : null,
            CancelledAt = job.Status == JobStatus.Cancelled ? told?.Ended : null,
            Labels = snapshot.Labels?.Labels ?? [],
            Note = snapshot.Labels?.Note ?? "",
            LabelledBy = snapshot.Labels?.By,
            LabelledAt = snapshot.Labels?.Changed,
            LastDecision = told?.LastDecision,
            NumericsClass = told?.NumericsClass,
            Spec = told?.Spec,
            Plan = told?.Plan,
            Links = JobLinks.Of(job),
            Live = snapshot.IsLive,
        };
    }
}
