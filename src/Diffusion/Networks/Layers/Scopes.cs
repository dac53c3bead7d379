using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.Layers;

/// <summary>Frees what is not needed any more before the scope of the whole ends: images of a megapixel have half a gigabyte a tensor.</summary>
internal static class Scopes
{
    /// <summary>next(used), after which <paramref name="used"/> is freed.</summary>
    public static Tensor Into(this Tensor used, Func<Tensor, Tensor> next)
    {
        var result = next(used);
        if (!ReferenceEquals(result, used)) used.Dispose();
        return result;
    }
}
