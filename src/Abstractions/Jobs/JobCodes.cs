namespace Atelier.Abstractions.Jobs;

/// <summary>
/// Why a job waits or fails, and what happens to it, as codes for programs: they stay while the words beside them may change. Codes of samples that failed are those of the
/// table of samples, and are not among these.
/// </summary>
public static class JobCodes
{
    /// <summary>It was created.</summary>
    public const string Created = "job.created";

    /// <summary>Its plan is fixed, and workers may draw it.</summary>
    public const string Started = "job.started";

    /// <summary>Its batch size was found out by a worker.</summary>
    public const string BatchResolved = "job.batch_resolved";

    /// <summary>It is done.</summary>
    public const string Completed = "job.completed";

    /// <summary>It gets no workers until it is resumed.</summary>
    public const string Paused = "job.paused";

    /// <summary>It goes on.</summary>
    public const string Resumed = "job.resumed";

    /// <summary>Its class or share is another.</summary>
    public const string Rescheduled = "job.rescheduled";

    /// <summary>Work that was set aside is tried again.</summary>
    public const string Retried = "job.retried";

    /// <summary>It was ended for good.</summary>
    public const string Cancelled = "job.cancelled";

    /// <summary>Its files are being removed.</summary>
    public const string Deleting = "job.deleting";

    /// <summary>Files that it had are gone, and are made again.</summary>
    public const string Restoring = "job.restoring";

    /// <summary>A file of it is not what was written.</summary>
    public const string Damaged = "job.damaged";

    /// <summary>Its own code failed when it was asked for work.</summary>
    public const string Fault = "job.fault";

    /// <summary>A worker finds out which batch size suits its device.</summary>
    public const string MeasuringBatches = "job.measuring_batches";

    /// <summary>Work failed on a worker that lives on.</summary>
    public const string WorkFailed = "work.failed";

    /// <summary>Work failed too often, and is not tried any more.</summary>
    public const string WorkSetAside = "work.set_aside";

    /// <summary>No worker has asked for work.</summary>
    public const string NoWorkers = "worker.none";

    /// <summary>The process of a worker died.</summary>
    public const string WorkerDied = "worker.died";

    /// <summary>A worker stopped answering.</summary>
    public const string WorkerSilent = "worker.silent";

    /// <summary>The device of a worker makes no step.</summary>
    public const string DeviceStandsStill = "worker.device_stands_still";

    /// <summary>A worker computes in another numerics class; it is kept out.</summary>
    public const string OtherNumerics = "worker.other_numerics";

    /// <summary>A worker cannot do any of the job, such as one without its model; it is kept out.</summary>
    public const string WorkerUnfit = "worker.unfit";

    /// <summary>A worker fails again and again where others get on; it is kept out.</summary>
    public const string WorkerSick = "worker.sick";

    /// <summary>The store cannot be reached.</summary>
    public const string StoreUnreachable = "store.unreachable";

    /// <summary>The store has no room.</summary>
    public const string StoreFull = "store.full";

    /// <summary>Some events are not known any more: whoever reads them has missed some.</summary>
    public const string Reset = "reset";
}
