// The diffusion UNet of guided-diffusion (Dhariwal and Nichol 2021, arXiv:2105.05233, section 3) as GLIDE uses it.
// It does not know the noise schedule, the sampler, the guidance or where its embeddings come from.
// Fields carry the official state-dict keys, so that official checkpoints load unchanged.
using Atelier.Diffusion.Kernels;
using TorchSharp.Modules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>Group normalisation with 32 groups and epsilon 1e-5, followed by x * sigmoid(swish * x) unless swish is 0.</summary>
internal sealed class GroupNorm32 : nn.Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly double _swish;

    public GroupNorm32(int channels, double swish = 0, Device? device = null) : base(nameof(GroupNorm32))
    {
        weight = nn.Parameter(ones(channels, device: device));
        bias = nn.Parameter(zeros(channels, device: device));
        _swish = swish;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        if (_swish is 0 or 1 && FusedGroupNorm.Supports(input)) return FusedGroupNorm.Apply(input, weight, bias, null, silu: _swish == 1);
        // Statistics are taken in float32, whatever the features are.
        var y = nn.functional.group_norm(input.to_type(ScalarType.Float32), 32, weight, bias, eps: 1e-5).to_type(input.dtype);
        return _swish switch { 0 => y, 1 => nn.functional.silu(y), _ => y * sigmoid(y * S(_swish)) };
    }

    /// <summary>silu(norm(input) * (1 + scale) + shift), for a norm whose own swish is 0.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="scaleShift">Scales and then shifts, [N, 2C].</param>
    public Tensor ScaledSilu(Tensor input, Tensor scaleShift)
    {
        if (FusedGroupNorm.Supports(input)) return FusedGroupNorm.Apply(input, weight, bias, scaleShift, silu: true);
        var parts = scaleShift.to_type(input.dtype).unsqueeze(-1).unsqueeze(-1).chunk(2, dim: 1);
        return nn.functional.silu(addcmul(parts[1], call(input), parts[0].Plus(S(1)), S(1)));
    }
}

/// <summary>A 3x3 convolution with padding 1, which may multiply in bfloat16 while weights, inputs and outputs stay float32.</summary>
/// <remarks>
/// oneDNN 3.7 reads past the end of the gradients of layers whose output channels are no whole blocks of 16, on processors with AVX-512: what comes
/// out for the layers before is wrong, or not a number. Where gradients are wanted, such a layer, which is the last of a network, therefore gets
/// channels of zeros to fill the block, and multiplies in float32.
/// </remarks>
internal sealed class Conv3x3 : nn.Module<Tensor, Tensor>
{
    private const int ChannelBlock = 16;

    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly int _stride;
    private readonly int _missing;

    public Conv3x3(int channels, int outChannels, int stride = 1, Device? device = null) : base(nameof(Conv3x3))
    {
        // For its initialisation. In a scope, or what shares its memory would keep it until a collection: a gigabyte for GLIDE.
        using var scope = NewDisposeScope();
        using var layer = nn.Conv2d(channels, outChannels, 3, device: device);
        weight = nn.Parameter(layer.weight.detach().clone().DetachFromDisposeScope());
        bias = nn.Parameter(layer.bias!.detach().clone().DetachFromDisposeScope());
        _stride = stride;
        _missing = (ChannelBlock - outChannels % ChannelBlock) % ChannelBlock;
        RegisterComponents();
    }

    /// <summary>Whether products are taken in bfloat16 (Micikevicius et al. 2018, arXiv:1710.03740); used in training only.</summary>
    public bool MultipliesInBFloat16 { get; set => field = value && _missing == 0 && weight.shape[1] % ChannelBlock == 0; }

    public override Tensor forward(Tensor input)
    {
        if (MultipliesInBFloat16)
        {
            return nn.functional.conv2d(
                input.to_type(ScalarType.BFloat16), weight.to_type(ScalarType.BFloat16), null, [_stride, _stride], [1, 1])
                .to_type(ScalarType.Float32).Plus(bias.view(1, -1, 1, 1));
        }
        if (_missing == 0 || !is_grad_enabled()) return nn.functional.conv2d(input, weight, bias, [_stride, _stride], [1, 1]);

        var (filled, shifts) = (nn.functional.pad(weight, [0, 0, 0, 0, 0, 0, 0, _missing]), nn.functional.pad(bias, [0, _missing]));
        return nn.functional.conv2d(input, filled, shifts, [_stride, _stride], [1, 1]).narrow(1, 0, weight.shape[0]);
    }
}

/// <summary>Nearest-neighbour doubling, then a 3x3 convolution where the key <c>conv</c> exists.</summary>
internal sealed class Upsample : nn.Module<Tensor, Tensor>
{
    private readonly Conv3x3? conv;

    public Upsample(int channels, bool convolve, Device? device = null) : base(nameof(Upsample))
    {
        if (convolve) conv = UNet.Paired(new Conv3x3(channels, channels, device: device));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        // The same values as interpolate(scale_factor 2, nearest), many times faster on a CPU.
        var (n, c, h, w) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3]);
        var doubled = TensorMemory.IsChannelsLast(input)
            ? input.permute(0, 2, 3, 1).view(n, h, 1, w, 1, c).expand(n, h, 2, w, 2, c).reshape(n, 2 * h, 2 * w, c).permute(0, 3, 1, 2)
            : input.reshape(n, c, h, 1, w, 1).expand(n, c, h, 2, w, 2).reshape(n, c, 2 * h, 2 * w);
        return conv is null ? doubled : conv.call(doubled);
    }
}

/// <summary>Halving by a strided 3x3 convolution (key <c>op</c>), or by averaging 2x2.</summary>
internal sealed class Downsample : nn.Module<Tensor, Tensor>
{
    private readonly Conv3x3? op;

    public Downsample(int channels, bool convolve, Device? device = null) : base(nameof(Downsample))
    {
        if (convolve) op = UNet.Paired(new Conv3x3(channels, channels, stride: 2, device));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => op is null ? nn.functional.avg_pool2d(input, [2, 2], [2, 2]) : op.call(input);
}

/// <summary>What a residual block does to the image's size.</summary>
internal enum Resampling { None, Up, Down }

/// <summary>
/// skip(x) + conv(norm(conv(norm(x)))), the embedding entering by scale and shift of the second norm, or by addition before it.
/// </summary>
internal sealed class ResBlock : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly Sequential in_layers;
    private readonly Sequential emb_layers;
    private readonly Sequential out_layers;
    private readonly Conv2d? skip_connection;
    private readonly nn.Module<Tensor, Tensor>? _resample;
    private readonly bool _scaleShift;

    public ResBlock(UNetConfig config, int channels, int outChannels, Resampling resampling = Resampling.None) : base(nameof(ResBlock))
    {
        _scaleShift = config.UseScaleShiftNorm;
        _resample = resampling switch
        {
            Resampling.Up => new Upsample(channels, convolve: false),
            Resampling.Down => new Downsample(channels, convolve: false),
            _ => null,
        };
        in_layers = nn.Sequential(
            new GroupNorm32(channels, swish: 1, config.Device), nn.Identity(), new Conv3x3(channels, outChannels, device: config.Device));
        emb_layers = nn.Sequential(
            nn.SiLU(), nn.Linear(config.EmbeddingChannels, _scaleShift ? 2 * outChannels : outChannels, device: config.Device));
        out_layers = nn.Sequential(
            new GroupNorm32(outChannels, swish: _scaleShift ? 0 : 1, config.Device),
            _scaleShift ? nn.SiLU() : nn.Identity(),
            nn.Dropout(config.Dropout),
            UNet.Zero(new Conv3x3(outChannels, outChannels, device: config.Device)));
        if (channels != outChannels) skip_connection = UNet.Paired(nn.Conv2d(channels, outChannels, 1, device: config.Device));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor embedding)
    {
        var h = Call(in_layers, 0, x);
        if (_resample is not null) (h, x) = (Then(h, _resample.call), _resample.call(x));
        h = Then(h, input => Call(in_layers, 2, input));                                // [N, outChannels, H', W']
        var e = emb_layers.call(embedding);                                             // [N, outChannels or twice that]
        h = Then(h, input => _scaleShift
            ? ((GroupNorm32)out_layers[0]).ScaledSilu(input, e)
            : Call(out_layers, 0, input.Plus(e.to_type(input.dtype).unsqueeze(-1).unsqueeze(-1))));
        if (training) h = Then(h, input => Call(out_layers, 2, input));
        h = Then(h, input => Call(out_layers, 3, input));
        var skip = skip_connection is null ? x : Skip(skip_connection, x);
        return is_grad_enabled() ? skip.Plus(h) : h.add_(skip, alpha: S(1));
    }

    // Frees what a layer was given as soon as it has made something of it.
    private static Tensor Then(Tensor input, Func<Tensor, Tensor> layer)
    {
        var output = layer(input);
        if (!ReferenceEquals(input, output)) input.Dispose();
        return output;
    }

    private static Tensor Skip(Conv2d layer, Tensor x) => TensorMemory.IsPlain(x) && TensorMemory.IsChannelsLast(x)
        ? Pointwise.ApplyToImage(x, layer.weight!, layer.bias)
        : layer.call(x);

    private static Tensor Call(Sequential layers, int index, Tensor x) => ((nn.Module<Tensor, Tensor>)layers[index]).call(x);
}

/// <summary>x + attention over the pixels, and over the encoded text where there is one.</summary>
internal sealed class AttentionBlock : nn.Module<Tensor, Conditioning?, Tensor>
{
    private readonly GroupNorm32 norm;
    private readonly Conv1d qkv;
    private readonly Conv1d? encoder_kv;
    private readonly Conv1d proj_out;
    private readonly int _heads;
    private readonly bool _newOrder;

    public AttentionBlock(UNetConfig config, int channels, bool up = false) : base(nameof(AttentionBlock))
    {
        _heads = config.HeadsFor(channels, up);
        _newOrder = config.NewAttentionOrder;
        norm = new GroupNorm32(channels, device: config.Device);
        qkv = nn.Conv1d(channels, 3 * channels, 1, device: config.Device);
        if (config.EncoderChannels is { } encoderChannels) encoder_kv = nn.Conv1d(encoderChannels, 2 * channels, 1, device: config.Device);
        proj_out = UNet.Zero(nn.Conv1d(channels, channels, 1, device: config.Device));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Conditioning? text)
    {
        var normed = norm.call(x);
        if (TensorMemory.IsChannelsLast(normed) && FusedAttention.Supports(normed, (int)normed.shape[1] / _heads)) return x.Plus(Fused(normed, text));
        var flat = normed.flatten(start_dim: 2);                                        // [N, C, H * W]
        var h = _newOrder
            ? Attention.SeparateLayout(qkv.call(flat), _heads)
            : Attention.ImageLayout(qkv.call(flat), _heads, text is null ? null : text.Once(this, encoder_kv!.call));
        return x.Plus(proj_out.call(h).view(x.shape));
    }

    // The same with channels last: projections are 1x1 convolutions of the image, whose outputs are rows of positions.
    private Tensor Fused(Tensor normed, Conditioning? text)
    {
        var (channels, height, width) = ((int)normed.shape[1], normed.shape[2], normed.shape[3]);
        var perHead = channels / _heads;
        var rows = Pointwise.Apply(Pointwise.ToRows(normed), qkv.weight!, qkv.bias);                      // [N, T, 3 * H * C]
        var (stride, keys, values) = _newOrder ? (perHead, channels, 2 * channels) : (3 * perHead, perHead, 2 * perHead);
        var image = new FusedAttention.KeyValueRows(rows, stride, keys, values);
        var attended = text is null
            ? FusedAttention.Apply(rows, stride, _heads, perHead, image)
            : FusedAttention.Apply(rows, stride, _heads, perHead, OfText(text), image);
        return Pointwise.ToImage(Pointwise.Apply(attended, proj_out.weight!, proj_out.bias), height, width);

        FusedAttention.KeyValueRows OfText(Conditioning text) => new(
            text.Once(this, sequence => Pointwise.Apply(sequence.transpose(1, 2).contiguous(), encoder_kv!.weight!, encoder_kv.bias)), 2 * perHead, 0, perHead);
    }
}

/// <summary>Layers in sequence, each given what it takes of the embedding and the text.</summary>
internal sealed class UNetStage : nn.Module<Tensor, Tensor, Conditioning?, Tensor>
{
    private readonly nn.Module[] _layers;

    public UNetStage(params nn.Module[] layers) : base(nameof(UNetStage))
    {
        _layers = layers;
        for (var i = 0; i < layers.Length; i++) register_module($"{i}", layers[i]);
    }

    public override Tensor forward(Tensor x, Tensor embedding, Conditioning? text)
    {
        Tensor? before = null;
        foreach (var layer in _layers)
        {
            // What a layer computes on its way would otherwise live until the end of the sampling step.
            using var scope = NewDisposeScope();
            x = (layer switch
            {
                ResBlock block => block.call(x, embedding),
                AttentionBlock attention => attention.call(x, text),
                _ => ((nn.Module<Tensor, Tensor>)layer).call(x),
            }).MoveToOuterDisposeScope();
            before?.Dispose();
            before = x;
        }
        return x;
    }
}

/// <summary>The downward path and the middle: what a UNet and a classifier have in common.</summary>
internal sealed class UNetEncoder
{
    /// <summary>Downward path; the first stage is a bare convolution.</summary>
    public List<UNetStage> InputBlocks { get; } = [];

    /// <summary>Two residual blocks around an attention block at the coarsest size.</summary>
    public UNetStage MiddleBlock { get; }

    /// <summary>Channels of what each input block gives.</summary>
    public List<int> Channels { get; } = [];

    /// <summary>Times the coarsest size is smaller than the finest.</summary>
    public int Downsampling { get; } = 1;

    /// <summary>Side of the squares of pixels that are one position.</summary>
    public int PatchSize { get; }

    private readonly int _positionChannels;

    public UNetEncoder(UNetConfig config)
    {
        var channels = config.ChannelsAt(0);
        PatchSize = config.PatchSize;
        _positionChannels = config.PositionChannels;
        var inputs = config.InChannels * config.PatchSize * config.PatchSize + config.PositionChannels + config.SketchChannels;
        Add(new UNetStage(UNet.Paired(new Conv3x3(inputs, channels, device: config.Device))));
        for (var level = 0; level < config.ChannelMult.Count; level++)
        {
            for (var i = 0; i < config.NumResBlocks; i++) Add(UNet.Stage(config, channels, channels = config.ChannelsAt(level), Downsampling));
            if (level == config.ChannelMult.Count - 1) continue;
            Add(new UNetStage(config.ResBlockUpDown
                ? new ResBlock(config, channels, channels, Resampling.Down)
                : new Downsample(channels, convolve: true, config.Device)));
            Downsampling *= 2;
        }
        MiddleBlock = new UNetStage(
            new ResBlock(config, channels, channels), new AttentionBlock(config, channels), new ResBlock(config, channels, channels));

        void Add(UNetStage stage)
        {
            InputBlocks.Add(stage);
            Channels.Add(channels);
        }
    }

    /// <summary>What the convolutions compute in, see <see cref="HalfPrecision"/>.</summary>
    public ScalarType Precision => InputBlocks[0].parameters().First().dtype;

    /// <summary>The outputs of all input blocks, and then that of the middle.</summary>
    public IEnumerable<Tensor> Forward(Tensor x, Tensor embedding, Conditioning? text)
    {
        if (PatchSize > 1) x = nn.functional.pixel_unshuffle(x, PatchSize);             // [N, InChannels * p * p, H / p, W / p]
        if (_positionChannels > 0) x = cat([x, PositionCode.For(x, _positionChannels).expand(x.shape[0], -1, -1, -1)], dim: 1);
        if (text?.Sketch is { } sketch)
        {
            // [N, 3, S, S] to the size of the positions.
            sketch = nn.functional.interpolate(sketch, size: [x.shape[2], x.shape[3]], mode: InterpolationMode.Bilinear, align_corners: false);
            x = cat([x, sketch.to_type(x.dtype)], dim: 1);
        }
        if (TensorMemory.IsPlain(x)) x = TensorMemory.ChannelsLast(x);
        foreach (var stage in InputBlocks) yield return x = stage.call(x, embedding, text);
        yield return MiddleBlock.call(x, embedding, text);
    }
}

/// <summary>The UNet body: images and embeddings in, the output images (epsilon, and variance values where learned) out.</summary>
internal sealed class UNet
{
    /// <summary>Downward path and middle.</summary>
    public UNetEncoder Encoder { get; }

    /// <summary>Upward path; every stage takes one skip connection.</summary>
    public List<UNetStage> OutputBlocks { get; } = [];

    /// <summary>Norm, activation and the last convolution.</summary>
    public Sequential Out { get; }

    public UNet(UNetConfig config)
    {
        Encoder = new UNetEncoder(config);
        var (channels, downsampling) = (Encoder.Channels[^1], Encoder.Downsampling);
        var skips = new Stack<int>(Encoder.Channels);
        for (var level = config.ChannelMult.Count - 1; level >= 0; level--)
        {
            for (var i = 0; i <= config.NumResBlocks; i++)
            {
                var last = i == config.NumResBlocks && level > 0;
                OutputBlocks.Add(Stage(config, channels + skips.Pop(), channels = config.ChannelsAt(level), downsampling, up: true, resample: last));
                if (last) downsampling /= 2;
            }
        }
        Out = nn.Sequential(
            new GroupNorm32(channels, swish: 1, config.Device), nn.Identity(), Zero(new Conv3x3(channels, config.OutChannels * config.PatchSize * config.PatchSize, device: config.Device)));
    }

    /// <summary>Runs the body.</summary>
    /// <param name="x">[N, InChannels, H, W].</param>
    /// <param name="embedding">[N, EmbeddingChannels].</param>
    /// <param name="text">Encoded prompts, or null.</param>
    /// <returns>[N, OutChannels, H, W].</returns>
    public Tensor Forward(Tensor x, Tensor embedding, Conditioning? text)
    {
        var skips = new Stack<Tensor>(Encoder.Forward(x.to_type(Encoder.Precision), embedding, text));
        var h = skips.Pop();
        foreach (var stage in OutputBlocks)
        {
            // Freed as soon as they are used: where gradients are recorded, the record keeps what it needs.
            using var skip = skips.Pop();
            using var below = h;
            using var joined = cat([below, skip], dim: 1);
            h = stage.call(joined, embedding, text);
        }
        var output = Out.call(h.to_type(ScalarType.Float32)).contiguous();
        return Encoder.PatchSize > 1 ? nn.functional.pixel_shuffle(output, Encoder.PatchSize) : output;
    }

    /// <summary>
    /// Makes each second output channel the negative of the one before it. Group normalisation takes the mean of a group away, and with it the
    /// mean colour, which the noisiest steps must predict; a group of opposite pairs has mean 0 from the start and loses nothing (paired
    /// filters as in Shang et al. 2016, arXiv:1603.05201). Applied to the layers that write to the residual stream; training may undo it.
    /// </summary>
    public static T Paired<T>(T layer) where T : nn.Module
    {
        using var _ = no_grad();
        foreach (var parameter in layer.parameters())
        {
            var pairs = parameter.view(parameter.shape[0] / 2, 2, -1);
            pairs.select(1, 1).copy_(pairs.select(1, 0).neg());
        }
        return layer;
    }

    /// <summary>Zeroes a layer, so that a residual branch starts as the identity.</summary>
    public static T Zero<T>(T layer) where T : nn.Module
    {
        using var _ = no_grad();
        foreach (var parameter in layer.parameters()) parameter.zero_();
        return layer;
    }

    /// <summary>A residual block, attention where the size has it, and resampling at the end of a level on the way up.</summary>
    public static UNetStage Stage(UNetConfig config, int channels, int outChannels, int downsampling, bool up = false, bool resample = false)
    {
        List<nn.Module> layers = [new ResBlock(config, channels, outChannels)];
        if (config.AttentionResolutions.Contains(downsampling)) layers.Add(new AttentionBlock(config, outChannels, up));
        if (resample) layers.Add(config.ResBlockUpDown ? new ResBlock(config, outChannels, outChannels, Resampling.Up) : new Upsample(outChannels, convolve: true, config.Device));
        return new UNetStage([.. layers]);
    }
}
