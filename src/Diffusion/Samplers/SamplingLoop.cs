using static TorchSharp.torch;

namespace Atelier.Diffusion.Samplers;

/// <summary>What the loops of all samplers have in common: cancellation, and one dispose scope a step.</summary>
internal static class SamplingLoop
{
    /// <summary>Steps through indices.</summary>
    /// <param name="indices">One a step.</param>
    /// <param name="x">x_T; disposed after the first step.</param>
    /// <param name="step">x and index to the next x and the predicted x_0.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public static IEnumerable<SamplingStep> Run(
        IEnumerable<int> indices, Tensor x, Func<Tensor, int, (Tensor Sample, Tensor PredictedXStart)> step, CancellationToken cancellationToken)
    {
        var first = true;
        foreach (var index in indices)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = Step(step, x, index);
            if (first) x.Dispose();
            (first, x) = (false, next.Sample);
            yield return next;
        }
    }

    // Apart from the iterator: dispose scopes belong to a thread and must not be open across a yield.
    private static SamplingStep Step(Func<Tensor, int, (Tensor Sample, Tensor PredictedXStart)> step, Tensor x, int index)
    {
        using var scope = NewDisposeScope();
        var (sample, xStart) = step(x, index);
        return new SamplingStep(index, sample.MoveToOuterDisposeScope(), xStart.MoveToOuterDisposeScope());
    }
}
