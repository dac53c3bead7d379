using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>Latents of an autoencoder, scaled as the networks were trained.</summary>
/// <param name="autoencoder">The autoencoder.</param>
internal sealed class LatentCodec(AutoencoderKl autoencoder) : IImageCodec
{
    public int Channels => autoencoder.Config.LatentChannels;

    public int Factor => autoencoder.Config.Factor;

    public Tensor Encode(Tensor images)
    {
        var latents = new List<Tensor>();
        for (var i = 0; i < images.shape[0]; i++)
        {
            using var scope = NewDisposeScope();
            var mean = autoencoder.Encode(images.narrow(0, i, 1)).Mean;
            latents.Add(((mean - S(autoencoder.Config.ShiftFactor ?? 0)) * S(autoencoder.Config.ScalingFactor)).MoveToOuterDisposeScope());
        }
        return cat(latents);
    }

    // One image at a time: the features of a large one at full size are what takes the most memory of all.
    public Tensor Decode(Tensor x)
    {
        var images = new List<Tensor>();
        for (var i = 0; i < x.shape[0]; i++)
        {
            using var scope = NewDisposeScope();
            var latents = x.narrow(0, i, 1) / S(autoencoder.Config.ScalingFactor);
            images.Add(autoencoder.Decode(latents.Plus(S(autoencoder.Config.ShiftFactor ?? 0))).MoveToOuterDisposeScope());
        }
        return cat(images);
    }

    public void Dispose() => autoencoder.Dispose();
}
