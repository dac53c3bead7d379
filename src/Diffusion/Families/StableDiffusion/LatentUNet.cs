using Atelier.Diffusion.Families.Diffusers;
using Atelier.Diffusion.Networks;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Families.StableDiffusion;

/// <summary>A UNet of latents; SDXL's is told the sizes of the image: those that are given, or else that of the latents, not cropped.</summary>
/// <param name="unet">The network.</param>
/// <param name="factor">Pixels along a side that one position of the latents stands for.</param>
internal sealed class LatentUNet(UNet2DCondition unet, int factor) : INetwork
{
    /// <summary>Refuses a network whose latents or text are not those of the other parts.</summary>
    /// <exception cref="InvalidDataException">Names both.</exception>
    public static void RequireFit(string path, UNet2DConditionConfig unet, AutoencoderKlConfig vae, bool inpaints, int textWidth)
    {
        // An inpainting network also sees a mask, and the latents of what is known.
        if (inpaints) LatentModel.RequireFit(path, "in_channels of unet", unet.InChannels, 2 * vae.LatentChannels + 1, "twice the latent_channels of vae and a mask");
        else LatentModel.RequireFit(path, "in_channels of unet", unet.InChannels, vae.LatentChannels, "the latent_channels of vae");
        LatentModel.RequireFit(path, "out_channels of unet", unet.OutChannels, vae.LatentChannels, "the latent_channels of vae");
        foreach (var width in unet.CrossAttentionDim.Values) LatentModel.RequireFit(path, "cross_attention_dim of unet", width, textWidth, "the width of the encoded text");
    }

    public Device Device => unet.Device;

    public Tensor Predict(Tensor x, Tensor timesteps, Conditioning? given)
    {
        if (unet.Config.AdditionEmbedType is null) return unet.Forward(x, timesteps, given!.Sequence!);
        if (given!.Sizes is { } told) return unet.Forward(x, timesteps, given.Sequence!, given.Vector, told);
        var (height, width) = (x.shape[2] * factor, x.shape[3] * factor);
        // Made on the device: nothing waits for it. Height, width, top, left, and the size that is wanted.
        using var pixels = ones(1, 1, device: x.device);
        using var sizes = cat([.. new[] { height, width, 0, 0, height, width }.Select(size => pixels * Numerics.Scalars.S((double)size))], dim: 1);
        return unet.Forward(x, timesteps, given.Sequence!, given.Vector, sizes.expand(x.shape[0], -1));
    }

    public void Dispose() => unet.Dispose();
}
