using Atelier.Diffusion.Networks;

namespace Atelier.Bench.Sample.Onnx;

/// <summary>
/// The UNet of a <see cref="Text2ImUNet"/> as torch.onnx.export writes the official one: x [N, C, H, W], timesteps [N], xf_proj [N, 4 * ModelChannels]
/// and xf_out [N, W, L] to output [N, 2C, H, W], all float32. The text transformer, which runs once a batch, is no part of it.
/// </summary>
internal sealed class UNetGraph
{
    /// <summary>Names of inputs and output.</summary>
    public const string X = "x", Timesteps = "timesteps", TextProjection = "xf_proj", TextSequence = "xf_out", Output = "output";

    private const int Groups = 32;
    private const float Epsilon = 1e-5f;
    private readonly OnnxGraph _graph = new();
    private readonly Text2ImConfig _config;
    private OnnxValue _embedding = null!;
    private OnnxValue? _text;

    private UNetGraph(Text2ImConfig config) => _config = config;

    /// <summary>Builds the graph; weights are not needed yet.</summary>
    /// <param name="config">The network's shape; patches and positions, which official networks do not have, are refused.</param>
    /// <param name="imageSize">H and W.</param>
    public static OnnxGraph Build(Text2ImConfig config, int imageSize)
    {
        if (config.PatchSize != 1 || config.PositionChannels != 0 || config.SketchSize != 0) throw new ArgumentException("patch_size is not 1, or position_channels or sketch_size is not 0; allowed: official networks");
        var unet = new UNetGraph(config);
        unet.Run(imageSize);
        return unet._graph;
    }

    private void Run(int size)
    {
        var x = _graph.Input(X, 1, _config.InChannels, size, size);
        _embedding = Embed(_graph.Input(Timesteps, 1));
        if (_config.XfWidth > 0)
        {
            _embedding = Add(_embedding, _graph.Input(TextProjection, 1, 4 * _config.ModelChannels));
            _text = _graph.Input(TextSequence, 1, _config.XfWidth, _config.TextCtx);
        }
        var (h, factor, levels) = (_graph.Conv("input_blocks.0.0", x, Width(0), 3), 1, _config.ChannelMult.Count);
        var skips = new Stack<OnnxValue>([h]);
        for (var level = 0; level < levels; level++)
        {
            for (var i = 0; i < _config.NumResBlocks; i++) skips.Push(h = Stage($"input_blocks.{skips.Count}", h, level, factor, up: false, out _));
            if (level == levels - 1) continue;
            var key = $"input_blocks.{skips.Count}.0";
            skips.Push(h = _config.ResBlockUpDown ? ResBlock(key, h, Width(level), Halve) : _graph.Conv($"{key}.op", h, Width(level), 3, stride: 2));
            factor *= 2;
        }
        h = ResBlock("middle_block.0", h, Width(levels - 1));
        h = ResBlock("middle_block.2", Attend("middle_block.1", h, up: false), Width(levels - 1));
        for (var (level, block) = (levels - 1, 0); level >= 0; level--)
        {
            for (var i = 0; i <= _config.NumResBlocks; i++, block++)
            {
                h = Stage($"output_blocks.{block}", Concat(1, h, skips.Pop()), level, factor, up: true, out var layers);
                if (i < _config.NumResBlocks || level == 0) continue;
                var key = $"output_blocks.{block}.{layers}";
                h = _config.ResBlockUpDown ? ResBlock(key, h, Width(level), Double) : _graph.Conv($"{key}.conv", Double(h), Width(level), 3);
                factor /= 2;
            }
        }
        _graph.Output(_graph.Conv("out.2", Silu(Norm("out.0", h)), _config.OutChannels, 3), Output);
    }

    private OnnxValue Embed(OnnxValue timesteps)
    {
        var half = _config.ModelChannels / 2;
        var frequencies = _graph.Numbers([.. Enumerable.Range(0, half).Select(i => (float)Math.Exp(-Math.Log(10000) * i / half))], 1, half);
        var column = _graph.Node("Unsqueeze", [timesteps, _graph.Integers(1)], [1, 1]);
        var angles = _graph.Node("Mul", [column, frequencies], [1, half]);
        var embedding = Concat(1, _graph.Node("Cos", [angles], angles.Shape), _graph.Node("Sin", [angles], angles.Shape));
        var hidden = Silu(_graph.Linear("time_embed.0", embedding, 4 * _config.ModelChannels));
        return _graph.Linear("time_embed.2", hidden, 4 * _config.ModelChannels);
    }

    private OnnxValue Stage(string key, OnnxValue x, int level, int factor, bool up, out int layers)
    {
        var attends = _config.AttentionResolutions.Contains(factor);
        layers = attends ? 2 : 1;
        var h = ResBlock($"{key}.0", x, Width(level));
        return attends ? Attend($"{key}.1", h, up) : h;
    }

    private OnnxValue ResBlock(string key, OnnxValue x, int outChannels, Func<OnnxValue, OnnxValue>? resample = null)
    {
        var h = Silu(Norm($"{key}.in_layers.0", x));
        if (resample is not null) (h, x) = (resample(h), resample(x));
        h = _graph.Conv($"{key}.in_layers.2", h, outChannels, 3);
        var e = _graph.Linear($"{key}.emb_layers.1", Silu(_embedding), _config.UseScaleShiftNorm ? 2 * outChannels : outChannels);
        e = _graph.Node("Unsqueeze", [e, _graph.Integers(2, 3)], [.. e.Shape, 1, 1]);
        if (_config.UseScaleShiftNorm)
        {
            var parts = _graph.Split(e, 1, 2);
            var scale = Add(parts[0], _graph.Numbers([1f]));
            h = Silu(Add(Mul(Norm($"{key}.out_layers.0", h), scale), parts[1]));
        }
        else
        {
            h = Silu(Norm($"{key}.out_layers.0", Add(h, e)));
        }
        h = _graph.Conv($"{key}.out_layers.3", h, outChannels, 3);
        return Add(x.Shape[1] == outChannels ? x : _graph.Conv($"{key}.skip_connection", x, outChannels, 1), h);
    }

    private OnnxValue Attend(string key, OnnxValue x, bool up)
    {
        var (channels, pixels) = (x.Shape[1], x.Shape[2] * x.Shape[3]);
        var heads = _config.NumHeadChannels != -1 ? (int)channels / _config.NumHeadChannels
            : up && _config.NumHeadsUpsample != -1 ? _config.NumHeadsUpsample : _config.NumHeads;
        var width = channels / heads;
        var flat = Reshape(x, [1, channels, pixels], [0, channels, -1]);
        var parts = Heads(_graph.Conv($"{key}.qkv", Norm($"{key}.norm", flat), 3 * channels, 1), 3);
        var (q, k, v) = (parts[0], parts[1], parts[2]);                                                 // [N * heads, C / heads, T] each
        if (_text is not null)
        {
            var text = Heads(_graph.Conv($"{key}.encoder_kv", _text, 2 * channels, 1), 2);
            (k, v) = (Concat(2, text[0], k), Concat(2, text[1], v));
        }
        var scale = _graph.Numbers([(float)(1 / Math.Sqrt(Math.Sqrt(width)))]);
        var weights = _graph.MatMul(Transpose(Mul(q, scale)), Mul(k, scale));                           // [N * heads, T, L + T]
        weights = _graph.Node("Softmax", [weights], weights.Shape, ("axis", -1L));
        var a = Transpose(_graph.MatMul(weights, Transpose(v)));                                        // [N * heads, C / heads, T]
        var projected = _graph.Conv($"{key}.proj_out", Reshape(a, [1, channels, pixels], [-1, channels, pixels]), channels, 1);
        return Reshape(Add(flat, projected), x.Shape, [-1, .. x.Shape[1..]]);

        OnnxValue[] Heads(OnnxValue together, int count) =>
            _graph.Split(Reshape(together, [heads, count * width, together.Shape[2]], [-1, count * width, together.Shape[2]]), 1, count);
    }

    // Group normalisation has no operator of its own before opset 18, nor in what torch.onnx.export writes: instances of 32 groups.
    private OnnxValue Norm(string key, OnnxValue x)
    {
        var channels = x.Shape[1];
        long[] grouped = [1, Groups, x.Shape[1..].Aggregate(1L, (product, size) => product * size) / Groups];
        var one = _graph.Numbers([.. Enumerable.Repeat(1f, Groups)], Groups);
        var zero = _graph.Numbers(new float[Groups], Groups);
        var y = _graph.Node("InstanceNormalization", [Reshape(x, grouped, [0, Groups, -1]), one, zero], grouped, ("epsilon", Epsilon));
        y = Reshape(y, x.Shape, [-1, .. x.Shape[1..]]);
        return Add(Mul(y, PerChannel("weight")), PerChannel("bias"));

        OnnxValue PerChannel(string what) => _graph.Node(
            "Unsqueeze", [_graph.Weight($"{key}.{what}", channels), _graph.Integers(x.Shape.Length == 4 ? [1, 2] : [1])],
            [channels, .. Enumerable.Repeat(1L, x.Shape.Length - 2)]);
    }

    private OnnxValue Double(OnnxValue x) => _graph.Node(
        "Resize", [x, null, _graph.Numbers([1f, 1f, 2f, 2f], 4)], [x.Shape[0], x.Shape[1], 2 * x.Shape[2], 2 * x.Shape[3]],
        ("coordinate_transformation_mode", "asymmetric"), ("cubic_coeff_a", -0.75f), ("mode", "nearest"), ("nearest_mode", "floor"));

    private OnnxValue Halve(OnnxValue x) => _graph.Node(
        "AveragePool", [x], [x.Shape[0], x.Shape[1], x.Shape[2] / 2, x.Shape[3] / 2], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));

    private OnnxValue Concat(int axis, OnnxValue first, OnnxValue second)
    {
        var shape = (long[])first.Shape.Clone();
        shape[axis] += second.Shape[axis];
        return _graph.Node("Concat", [first, second], shape, ("axis", axis));
    }

    private OnnxValue Transpose(OnnxValue x) =>
        _graph.Node("Transpose", [x], [x.Shape[0], x.Shape[2], x.Shape[1]], ("perm", new long[] { 0, 2, 1 }));

    private OnnxValue Reshape(OnnxValue x, long[] shape, long[] sizes) => _graph.Node("Reshape", [x, _graph.Integers(sizes)], shape);

    private OnnxValue Silu(OnnxValue x) => Mul(x, _graph.Node("Sigmoid", [x], x.Shape));

    private OnnxValue Add(OnnxValue left, OnnxValue right) => _graph.Node("Add", [left, right], left.Shape);

    private OnnxValue Mul(OnnxValue left, OnnxValue right) => _graph.Node("Mul", [left, right], left.Shape);

    private int Width(int level) => (int)(_config.ChannelMult[level] * _config.ModelChannels);
}
