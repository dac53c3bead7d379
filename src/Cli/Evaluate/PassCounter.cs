using static TorchSharp.torch;

namespace Atelier.Cli.Evaluate;

/// <summary>Counts the images that go through a network.</summary>
internal sealed class PassCounter
{
    private long _images;

    /// <summary>Counts from now on.</summary>
    /// <param name="network">Network whose inputs have one image a row.</param>
    public PassCounter(nn.Module? network)
    {
        switch (network)
        {
            case Diffusion.Networks.Text2ImUNet text: text.register_forward_pre_hook((_, x, t, encoding) => (Count(x), t, encoding)); break;
            case Diffusion.Networks.EncoderUNetModel classifier: classifier.register_forward_pre_hook((_, x, t) => (Count(x), t)); break;
        }
    }

    /// <summary>Images since the last call.</summary>
    public long Take() => Interlocked.Exchange(ref _images, 0);

    private Tensor Count(Tensor x)
    {
        Interlocked.Add(ref _images, x.shape[0]);
        return x;
    }
}
