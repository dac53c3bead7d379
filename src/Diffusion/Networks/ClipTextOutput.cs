using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>Encoded texts, all float32. Whoever got it disposes it.</summary>
/// <param name="Last">[N, L, W], the last layer's states after the final norm.</param>
/// <param name="HiddenStates">[N, L, W] each, without the final norm: the embeddings, then every layer's states. The penultimate ones are <c>[^2]</c>.</param>
/// <param name="Pooled">[N, P] of the end of the text, projected where the checkpoint has text_projection; else [N, W].</param>
public sealed record ClipTextOutput(Tensor Last, IReadOnlyList<Tensor> HiddenStates, Tensor Pooled) : IDisposable
{
    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Last.Dispose();
        Pooled.Dispose();
        foreach (var states in HiddenStates) states.Dispose();
    }
}
