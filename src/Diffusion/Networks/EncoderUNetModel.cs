// The noise-aware classifier of guided-diffusion (Dhariwal and Nichol 2021, arXiv:2105.05233, section 4): the downward half of a UNet.
// It does not know the noise schedule or what its gradient is used for.
using TorchSharp.Modules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// Logits of p(y | x_t): [N, C, S, S] float32 and timesteps to [N, OutChannels] float32. State-dict keys are the official ones.
/// </summary>
public sealed class EncoderUNetModel : nn.Module<Tensor, Tensor, Tensor>
{
    private const int HiddenFeatures = 2048;

    private readonly Sequential time_embed;
    private readonly ModuleList<UNetStage> input_blocks;
    private readonly UNetStage middle_block;
    private readonly Sequential @out;
    private readonly UNetEncoder _encoder;

    /// <summary>Builds the network with freshly initialised float32 weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="device">Where; null is the CPU, and META makes a network of keys and shapes without numbers.</param>
    public EncoderUNetModel(EncoderUNetConfig config, Device? device = null) : base(nameof(EncoderUNetModel))
    {
        Config = config;
        _encoder = new UNetEncoder(config with { Device = device });
        time_embed = TimestepEmbedding.CreateLayers(config, device);
        input_blocks = nn.ModuleList([.. _encoder.InputBlocks]);
        middle_block = _encoder.MiddleBlock;
        var channels = _encoder.Channels[^1];
        var features = _encoder.Channels.Sum() + channels;
        @out = config.Pool switch
        {
            ClassifierPool.Adaptive => nn.Sequential(
                new GroupNorm32(channels, swish: 1, device), nn.Identity(), nn.AdaptiveAvgPool2d([1, 1]),
                UNet.Zero(nn.Conv2d(channels, config.OutChannels, 1, device: device)), nn.Flatten()),
            ClassifierPool.Attention => nn.Sequential(
                new GroupNorm32(channels, swish: 1, device), nn.Identity(),
                new AttentionPool2d(config.ImageSize / _encoder.Downsampling, channels, channels / config.NumHeadChannels, config.OutChannels, device)),
            ClassifierPool.Spatial => nn.Sequential(
                nn.Linear(features, HiddenFeatures, device: device), nn.ReLU(), nn.Linear(HiddenFeatures, config.OutChannels, device: device)),
            _ => nn.Sequential(
                nn.Linear(features, HiddenFeatures, device: device), new GroupNorm32(HiddenFeatures, swish: 1, device), nn.Identity(),
                nn.Linear(HiddenFeatures, config.OutChannels, device: device)),
        };
        RegisterComponents();
    }

    /// <summary>The network's shape.</summary>
    public EncoderUNetConfig Config { get; }

    /// <summary>Classifies noisy images.</summary>
    /// <param name="x">x_t, [N, InChannels, S, S] float32.</param>
    /// <param name="timesteps">[N], on the original time scale.</param>
    /// <returns>Logits, [N, OutChannels] float32.</returns>
    public override Tensor forward(Tensor x, Tensor timesteps)
    {
        using var scope = NewDisposeScope();
        var embedding = time_embed.call(TimestepEmbedding.Embed(timesteps, Config.ModelChannels));      // [N, 4 * ModelChannels]
        var features = _encoder.Forward(x.to_type(_encoder.Precision), embedding, null).Select(h => h.to_type(ScalarType.Float32));
        var pooled = Config.Pool is ClassifierPool.Spatial or ClassifierPool.SpatialV2
            ? cat([.. features.Select(h => h.mean([2, 3]))], dim: 1)
            : features.Last();
        return @out.call(pooled).MoveToOuterDisposeScope();
    }
}

/// <summary>One vector of an image: attention of the mean position to all positions and itself.</summary>
internal sealed class AttentionPool2d : nn.Module<Tensor, Tensor>
{
    private readonly Parameter positional_embedding;
    private readonly Conv1d qkv_proj;
    private readonly Conv1d c_proj;
    private readonly int _heads;

    public AttentionPool2d(int size, int channels, int heads, int outChannels, Device? device) : base(nameof(AttentionPool2d))
    {
        positional_embedding = nn.Parameter(randn(channels, size * size + 1, device: device) / S(Math.Sqrt(channels)));
        qkv_proj = nn.Conv1d(channels, 3 * channels, 1, device: device);
        c_proj = nn.Conv1d(channels, outChannels, 1, device: device);
        _heads = heads;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        var flat = input.flatten(start_dim: 2);                                         // [N, C, T]
        flat = cat([flat.mean([-1], keepdim: true), flat], dim: -1).Plus(positional_embedding);         // [N, C, 1 + T]
        return c_proj.call(Attention.SeparateLayout(qkv_proj.call(flat), _heads)).select(-1, 0);        // [N, OutChannels]
    }
}
