namespace Atelier.Abstractions.Workers;

/// <summary>The stages of a lease, in their order; the last may come at any time.</summary>
public enum WorkStage
{
    /// <summary>The job's files are read.</summary>
    Starting,

    /// <summary>The model is found and its weights are read.</summary>
    LoadingModel,

    /// <summary>A probe batch tells the numerics class.</summary>
    Probing,

    /// <summary>Batches are drawn.</summary>
    Drawing,

    /// <summary>Everything is drawn; files are written, committed and promoted.</summary>
    Finishing,

    /// <summary>The store cannot be reached, or is full; the work goes on, or begins again, when that is over.</summary>
    WaitingForStore,
}
