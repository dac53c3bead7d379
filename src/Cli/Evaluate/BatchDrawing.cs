using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using TorchSharp;

namespace Atelier.Cli.Evaluate;

/// <summary>Draws batches on several threads that share one network.</summary>
internal static class BatchDrawing
{
    /// <summary>Draws all requests. The pixels do not depend on the number of workers.</summary>
    /// <param name="pipeline">The model.</param>
    /// <param name="requests">What to draw.</param>
    /// <param name="settings">How, and in batches of what size.</param>
    /// <param name="workers">Threads, each of which computes on its own.</param>
    /// <param name="onBatch">Told the number of images of each batch when it is done, on its thread.</param>
    /// <param name="cancellationToken">Honoured before every denoising step.</param>
    /// <returns>RGB pixels of each request in order; null where the network left the finite numbers.</returns>
    public static byte[]?[] Draw(
        SamplingPipeline pipeline,
        IReadOnlyList<SampleRequest> requests,
        SamplingSettings settings,
        int workers,
        Action<int> onBatch,
        CancellationToken cancellationToken)
    {
        var batches = requests.Chunk(settings.BatchSize).ToArray();
        var drawn = new DrawnSample[batches.Length][];
        var next = -1;
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var threads = Enumerable.Range(0, Math.Min(workers, batches.Length))
            .Select(_ => Task.Factory.StartNew(Work, failure.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        Task.WhenAll(threads).GetAwaiter().GetResult();
        return [.. drawn.SelectMany(batch => batch).Select(sample => sample.Rgb)];

        void Work()
        {
            try
            {
                torch.set_num_threads(1);
                for (int batch; (batch = Interlocked.Increment(ref next)) < batches.Length;)
                {
                    drawn[batch] = pipeline.Draw(batches[batch], settings, cancellationToken: failure.Token);
                    onBatch(batches[batch].Length);
                }
            }
            catch
            {
                failure.Cancel();
                throw;
            }
        }
    }
}
