// The class-conditional diffusion UNet of guided-diffusion (Dhariwal and Nichol 2021, arXiv:2105.05233), "ADM".
// It does not know the noise schedule, the guidance or what its classes mean.
using TorchSharp.Modules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// eps_theta(x_t, t, y): [N, C, H, W] float32 and timesteps to [N, OutChannels, H, W] float32, epsilon first and the variance values after it
/// where they are learned. State-dict keys are the official ones. Super-resolution networks (<c>SuperResModel</c>) are the same with the
/// low-resolution image as further input channels, see <see cref="ConcatenatedImages"/>.
/// </summary>
public sealed class UNetModel : nn.Module<Tensor, Tensor, Tensor?, Tensor>, INetwork
{
    private readonly Sequential time_embed;
    private readonly Embedding? label_emb;
    private readonly ModuleList<UNetStage> input_blocks;
    private readonly UNetStage middle_block;
    private readonly ModuleList<UNetStage> output_blocks;
    private readonly Sequential @out;
    private readonly UNet _body;

    /// <summary>Builds the network with freshly initialised float32 weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="device">Where; null is the CPU, and META makes a network of keys and shapes without numbers.</param>
    public UNetModel(UNetModelConfig config, Device? device = null) : base(nameof(UNetModel))
    {
        Config = config;
        _body = new UNet(config with { Device = device });
        time_embed = TimestepEmbedding.CreateLayers(config, device);
        if (config.NumClasses is { } classes) label_emb = nn.Embedding(classes, config.EmbeddingChannels, device: device);
        input_blocks = nn.ModuleList([.. _body.Encoder.InputBlocks]);
        middle_block = _body.Encoder.MiddleBlock;
        output_blocks = nn.ModuleList([.. _body.OutputBlocks]);
        @out = _body.Out;
        RegisterComponents();
    }

    /// <summary>The network's shape.</summary>
    public UNetModelConfig Config { get; }

    /// <summary>Predicts epsilon, and the variance values where they are learned.</summary>
    /// <param name="x">x_t with whatever is concatenated, [N, InChannels, H, W] float32; H and W divisible by 2^(levels - 1).</param>
    /// <param name="timesteps">[N], on the original time scale.</param>
    /// <param name="labels">Classes, [N] int64 in [0, NumClasses); null exactly where the network has no classes.</param>
    /// <returns>[N, OutChannels, H, W] float32.</returns>
    /// <exception cref="ArgumentException">Labels are missing, or given where the network has no classes.</exception>
    public override Tensor forward(Tensor x, Tensor timesteps, Tensor? labels)
    {
        if (labels is null != label_emb is null)
            throw new ArgumentException(label_emb is null ? "this network is not class-conditional; labels are not allowed" : "this network needs class labels", nameof(labels));
        using var scope = NewDisposeScope();
        var embedding = time_embed.call(TimestepEmbedding.Embed(timesteps, Config.ModelChannels));      // [N, 4 * ModelChannels]
        if (labels is not null) embedding = embedding.Plus(label_emb!.call(labels));
        return _body.Forward(x, embedding, null).MoveToOuterDisposeScope();
    }

    Device INetwork.Device => time_embed.parameters().First().device;

    // The vector is the class.
    Tensor INetwork.Predict(Tensor x, Tensor timesteps, Conditioning? given) => call(x, timesteps, given?.Vector);
}
