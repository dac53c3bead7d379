namespace Atelier.Dataset.Plans;

/// <summary>The batch size of a job whose spec leaves it open, written create-only as <c>batch.json</c> before the first sample is drawn.</summary>
internal sealed record JobBatch
{
    /// <summary>Samples of one batch.</summary>
    public required int BatchSize { get; init; }
}
