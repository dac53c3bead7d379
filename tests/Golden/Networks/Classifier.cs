using Atelier.Diffusion.Guidance;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Golden.Networks;

/// <summary>A noise-aware classifier: its logits, and the gradient that guides.</summary>
internal static class Classifier
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var network = golden.LoadClassifier();
        var (x, timesteps, labels) = (golden.Input("x"), golden.Input("timesteps"), golden.Input("y"));
        var logits = network.call(x, timesteps);
        comparison.Check("logits", logits);
        comparison.Check("log_probs", nn.functional.log_softmax(logits, dim: -1));
        var scale = full(1, 1, 1, 1, S((float)golden.Json.Member("classifier_scale").GetDouble()));
        comparison.Check("cond_fn", ClassifierGuidance.Gradient(network, x, timesteps, labels, scale));
    }
}
