// GLIDE's text-to-image network (Nichol et al. 2021, arXiv:2112.10741): a text transformer and a diffusion UNet that attends to it.
// It does not know the noise schedule, the guidance scale or the tokenizer.
using TorchSharp.Modules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>
/// eps_theta(x_t, t, text) with learned variance: [N, 3, H, W] float32 and timesteps to [N, 6, H, W] float32, the first half epsilon, the
/// second the variance values v in [-1, 1] (Nichol and Dhariwal 2021, arXiv:2102.09672, equation 15). State-dict keys are the official ones.
/// </summary>
public sealed class Text2ImUNet : nn.Module<Tensor, Tensor, Conditioning?, Tensor>, INetwork
{
    private readonly Parameter? positional_embedding;
    private readonly Parameter? padding_embedding;
    private readonly Sequential time_embed;
    private readonly ModuleList<UNetStage> input_blocks;
    private readonly UNetStage middle_block;
    private readonly ModuleList<UNetStage> output_blocks;
    private readonly Sequential @out;
    private readonly TextTransformer? transformer;
    private readonly LayerNorm? final_ln;
    private readonly Embedding? token_embedding;
    private readonly Linear? transformer_proj;
    private readonly Linear? unemb;
    private readonly Sequential? sketch;
    private readonly UNet _body;

    /// <summary>Builds the network with freshly initialised float32 weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="device">Where; null is the CPU, and META makes a network of keys and shapes without numbers.</param>
    public Text2ImUNet(Text2ImConfig config, Device? device = null) : base(nameof(Text2ImUNet))
    {
        Config = config;
        _body = new UNet(config with
        {
            EncoderChannels = config.XfWidth == 0 ? null : config.XfWidth,
            SketchChannels = config.SketchSize == 0 ? 0 : 3,
            Device = device,
        });
        time_embed = TimestepEmbedding.CreateLayers(config, device);
        input_blocks = nn.ModuleList([.. _body.Encoder.InputBlocks]);
        middle_block = _body.Encoder.MiddleBlock;
        output_blocks = nn.ModuleList([.. _body.OutputBlocks]);
        @out = _body.Out;
        if (config.XfWidth > 0)
        {
            transformer = new TextTransformer(config.XfWidth, config.XfLayers, config.XfHeads, device);
            if (config.XfFinalLn) final_ln = nn.LayerNorm(config.XfWidth, device: device);
            token_embedding = nn.Embedding(config.VocabularySize, config.XfWidth, device: device);
            // As large as what a token is, or the order of words would have to grow out of nothing.
            positional_embedding = nn.Parameter(randn(config.TextCtx, config.XfWidth, device: device));
            transformer_proj = nn.Linear(config.XfWidth, config.EmbeddingChannels, device: device);
            if (config.XfPadding) padding_embedding = nn.Parameter(randn(config.TextCtx, config.XfWidth, device: device));
            if (config.SketchSize > 0)
            {
                sketch = nn.Sequential(
                    nn.Linear(config.XfWidth, 4 * config.XfWidth, device: device), nn.SiLU(),
                    UNet.Zero(nn.Linear(4 * config.XfWidth, 3 * config.SketchSize * config.SketchSize, device: device)));
            }
            if (config.XfAr > 0) unemb = nn.Linear(config.XfWidth, config.VocabularySize, device: device);
        }
        RegisterComponents();
    }

    /// <summary>The network's shape.</summary>
    public Text2ImConfig Config { get; }

    /// <summary>Encodes padded prompts. The result does not depend on the image or the timestep, so one encoding serves a whole run.</summary>
    /// <param name="tokens">[N, L] int64.</param>
    /// <param name="mask">[N, L] bool, true where there is a token; needed only by networks with padding embeddings.</param>
    /// <exception cref="InvalidOperationException">The network has no text transformer.</exception>
    public Conditioning EncodeText(Tensor tokens, Tensor? mask)
    {
        if (transformer is null) throw new InvalidOperationException("this network was built without a text transformer (xf_width 0)");
        using var scope = NewDisposeScope();
        var embedded = token_embedding!.call(tokens).Plus(positional_embedding!);                       // [N, L, W]
        if (padding_embedding is not null)
        {
            ArgumentNullException.ThrowIfNull(mask);
            embedded = where(mask.unsqueeze(-1), embedded, padding_embedding);
        }
        var encoded = transformer.call(embedded.to_type(transformer_proj!.weight!.dtype));
        if (final_ln is not null) encoded = TextTransformer.Normalize(final_ln, encoded);
        // The projection reads the last position, padded or not.
        var last = encoded[TensorIndex.Colon, -1];
        var projection = transformer_proj.call(last);                                                   // [N, 4 * ModelChannels]
        var drawn = sketch?.call(last).to_type(ScalarType.Float32).view(-1, 3, Config.SketchSize, Config.SketchSize);
        return new Conditioning(projection.MoveToOuterDisposeScope(), encoded.transpose(1, 2).MoveToOuterDisposeScope()) { Sketch = drawn?.MoveToOuterDisposeScope() };
    }

    /// <summary>Predicts epsilon and the variance values.</summary>
    /// <param name="x">x_t, [N, InChannels, H, W] float32; H and W divisible by 2^(levels - 1).</param>
    /// <param name="timesteps">[N], on the original time scale 0..T-1.</param>
    /// <param name="text">Encoding of N prompts; null only for a network without text.</param>
    /// <returns>[N, OutChannels, H, W] float32.</returns>
    public override Tensor forward(Tensor x, Tensor timesteps, Conditioning? text)
    {
        using var scope = NewDisposeScope();
        var embedding = time_embed.call(TimestepEmbedding.Embed(timesteps, Config.ModelChannels));      // [N, 4 * ModelChannels]
        if (text is not null) embedding = embedding.Plus(text.Vector!.to_type(ScalarType.Float32));
        return _body.Forward(x, embedding, text).MoveToOuterDisposeScope();
    }

    Device INetwork.Device => time_embed.parameters().First().device;

    Tensor INetwork.Predict(Tensor x, Tensor timesteps, Conditioning? given) => call(x, timesteps, given);
}
