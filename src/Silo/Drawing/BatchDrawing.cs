using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using Atelier.Silo.Models;

namespace Atelier.Silo.Drawing;

/// <summary>
/// Draws a batch, and finds the rows that the sampler cannot draw. Every batch is padded to one shape and a sample depends on no other, so what is
/// drawn of half a batch are the same pixels; a batch that fails is therefore halved until the rows that fail stand alone.
/// </summary>
internal static class BatchDrawing
{
    /// <summary>Draws on the calling thread.</summary>
    /// <param name="model">The model.</param>
    /// <param name="requests">1 to BatchSize requests, all of one kind.</param>
    /// <param name="settings">How.</param>
    /// <param name="onStep">Told how many steps are done, after each; begins anew when the batch is halved.</param>
    /// <param name="onRefused">Told of each request that cannot be drawn, and why.</param>
    /// <param name="cancellationToken">Honoured before every step.</param>
    /// <returns>One result a request, in order; null for those that the sampler cannot draw, on this machine and on every other.</returns>
    public static DrawnSample?[] Draw(
        IImageModel model, IReadOnlyList<SampleRequest> requests, SamplingSettings settings, Action<int> onStep,
        Action<SampleRequest, Exception> onRefused, CancellationToken cancellationToken)
    {
        var drawn = Isolate(requests, 0, requests.Count);
        // Where not one row can be drawn, rows may not be to blame: the sampler must at least draw what batches are padded with.
        if (Array.TrueForAll(drawn, sample => sample is null))
            model.Draw([requests[0] with { Prompt = "", NegativePrompt = "", Seed = 0, Known = null }], settings, null, cancellationToken);
        return drawn;

        DrawnSample?[] Isolate(IReadOnlyList<SampleRequest> all, int start, int count)
        {
            try
            {
                return model.Draw([.. all.Skip(start).Take(count)], settings, onStep, cancellationToken);
            }
            catch (Exception error) when (SamplerFault.MayBeOfRow(error))
            {
                return count > 1
                    ? [.. Isolate(all, start, count / 2), .. Isolate(all, start + count / 2, count - count / 2)]
                    : [Again(all[start])];
            }
        }

        // A row is blamed for what happens every time.
        DrawnSample? Again(SampleRequest request)
        {
            try
            {
                return model.Draw([request], settings, onStep, cancellationToken)[0];
            }
            catch (Exception error) when (SamplerFault.MayBeOfRow(error))
            {
                onRefused(request, error);
                return null;
            }
        }
    }
}
