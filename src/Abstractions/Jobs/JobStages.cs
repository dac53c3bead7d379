namespace Atelier.Abstractions.Jobs;

/// <summary>The stages of a running job in words.</summary>
public static class JobStages
{
    /// <summary>What is being done, for people; null while samples are drawn, and when nothing is done.</summary>
    /// <param name="stage">The stage.</param>
    public static string? Describe(this JobStage stage) => stage switch
    {
        JobStage.WaitingForWorker => "waiting for a worker",
        JobStage.Starting => "starting",
        JobStage.LoadingModel => "loading the model",
        JobStage.Probing => "probing the arithmetic",
        JobStage.MeasuringBatches => "measuring batches",
        JobStage.Finishing => "writing the shards",
        JobStage.Closing => "writing the contact sheet and the summary",
        JobStage.WaitingForStore => "waiting for the store, which is full or cannot be reached",
        _ => null,
    };
}
