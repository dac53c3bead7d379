using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Models;

/// <summary>The network that enlarges a model's images, seeing the small one beside x_t (Nichol et al. 2021, arXiv:2112.10741, section 4.2).</summary>
public abstract record UpsamplerConfig
{
    /// <summary>Width and height of the large images, a multiple of the base network's.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The process the network was trained on.</summary>
    public required DiffusionConfig Diffusion { get; init; }

    /// <summary>Which timesteps it visits, see <see cref="TimestepRespacing.Choose"/>.</summary>
    /// <value>Default <c>fast27</c>, GLIDE's own choice for 1000 timesteps.</value>
    public string Respacing { get; init; } = "fast27";

    /// <summary>Factor of the noise that it starts from; a little below 1 gives cleaner images.</summary>
    /// <value>Above 0 to 2, default 0.997, GLIDE's own choice.</value>
    public double Temperature { get; init; } = 0.997;

    /// <summary>The same for a stage.</summary>
    internal Enlargement ToEnlargement() => new(ImageSize, Diffusion.Schedule, Respacing, Temperature);

    /// <summary>Refuses settings that do not suit the base network.</summary>
    /// <param name="small">Width and height of the base network's images.</param>
    /// <exception cref="ArgumentException">Names the setting, its value and what is allowed.</exception>
    public void Validate(int small)
    {
        if (ImageSize <= small || ImageSize % small != 0)
            throw new ArgumentException($"upsampler: image_size is {ImageSize}; allowed: a multiple of the base network's {small}");
        if (Temperature is not (> 0 and <= 2)) throw new ArgumentException($"upsampler: temperature is {Temperature}; allowed: above 0 to 2");
        Diffusion.Validate();
        _ = TimestepRespacing.Choose(Respacing, Diffusion.Timesteps);
    }
}

/// <summary>An upsampler with the shape of its network.</summary>
/// <typeparam name="TNetwork">The shape.</typeparam>
public sealed record UpsamplerConfig<TNetwork> : UpsamplerConfig where TNetwork : UNetConfig
{
    /// <summary>Shape of the network; three of its input channels are the small image.</summary>
    public required TNetwork Network { get; init; }
}
