namespace Atelier.Abstractions.Jobs;

/// <summary>What is being done for a running job: the stage of the worker that is furthest.</summary>
public enum JobStage
{
    /// <summary>Nothing: the job does not run.</summary>
    None,

    /// <summary>Nobody has a lease.</summary>
    WaitingForWorker,

    /// <summary>The first workers read the job's files.</summary>
    Starting,

    /// <summary>The model is found and its weights are read.</summary>
    LoadingModel,

    /// <summary>A probe batch tells the numerics class.</summary>
    Probing,

    /// <summary>A worker finds out which batch size suits its device.</summary>
    MeasuringBatches,

    /// <summary>Samples are drawn.</summary>
    Drawing,

    /// <summary>All that is leased is drawn; files are written.</summary>
    Finishing,

    /// <summary>The files that complete the job are made.</summary>
    Closing,

    /// <summary>The store is full or cannot be reached.</summary>
    WaitingForStore,
}
