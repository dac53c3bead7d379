namespace Atelier.Silo.Drawing;

/// <summary>
/// Cuts the samples of a shard into batches of one kind each. What goes together is a function of the samples and the batch size alone, so
/// that every attempt at a shard makes the same batches.
/// </summary>
internal static class BatchPlanning
{
    // Batches that are held back at most until the samples before them are drawn; it bounds memory.
    private const int WindowBatches = 8;

    /// <summary>
    /// Windows of consecutive samples, and the batches of each. Samples keep their order within their kind; a window's last batch of each kind
    /// may be short.
    /// </summary>
    /// <param name="samples">The samples, in order.</param>
    /// <param name="batchSize">Most samples of a batch.</param>
    /// <param name="kind">What a batch's samples have in common.</param>
    public static IEnumerable<IReadOnlyList<T[]>> Windows<T, TKind>(IEnumerable<T> samples, int batchSize, Func<T, TKind> kind) =>
        samples.Chunk(WindowBatches * batchSize).Select(window =>
            (IReadOnlyList<T[]>)[.. window.GroupBy(kind).SelectMany(group => group.Chunk(batchSize))]);
}
