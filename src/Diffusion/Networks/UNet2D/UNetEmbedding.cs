using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.UNet2D;

/// <summary>What a UNet is told beside the image, besides what it attends to.</summary>
/// <param name="Timesteps">[N].</param>
/// <param name="Text">The context as it was given, [N, L, W].</param>
/// <param name="TextEmbeds">[N, P] or null.</param>
/// <param name="TimeIds">[N, I] or null.</param>
/// <param name="ClassLabels">[N] or [N, E], or null.</param>
/// <param name="Guidance">[N, G] or null.</param>
internal readonly record struct Conditions(Tensor Timesteps, Tensor Text, Tensor? TextEmbeds, Tensor? TimeIds, Tensor? ClassLabels, Tensor? Guidance);

/// <summary>The embedding of time, class and text that goes to all residual blocks.</summary>
internal sealed class UNetEmbedding
{
    private readonly UNet2DConditionConfig _config;
    private readonly TimeMlp _time;
    private readonly TimeMlp? _class;
    private readonly TimeMlp? _sizes;
    private readonly TextPooling? _text;

    public UNetEmbedding(TensorSource weights, UNet2DConditionConfig config)
    {
        _config = config;
        var (channels, width) = (config.BlockOutChannels[0], config.EmbeddingWidth);
        _time = new TimeMlp(weights.Under("time_embedding"), channels, width, config.ActFn, config.TimeCondProjDim);
        if (config.ClassEmbedType == "timestep") _class = new TimeMlp(weights.Under("class_embedding"), channels, width, config.ActFn);
        if (config.AdditionEmbedType == "text_time") _sizes = new TimeMlp(weights.Under("add_embedding"), config.ProjectionClassEmbeddingsInputDim!.Value, width);
        if (config.AdditionEmbedType == "text")
            _text = new TextPooling(weights.Under("add_embedding"), config.EncoderHidDim ?? config.CrossAttentionDim[0], width, config.AdditionEmbedTypeNumHeads);
    }

    /// <returns>[N, E].</returns>
    /// <exception cref="ArgumentException">A condition is missing, or has another width.</exception>
    public Tensor Forward(Conditions conditions, ScalarType precision)
    {
        using var scope = NewDisposeScope();
        var embedding = _time.Forward(Sinusoid(conditions.Timesteps), conditions.Guidance?.to_type(precision));
        if (_class is not null) embedding = embedding.Plus(_class.Forward(Sinusoid(Given(conditions.ClassLabels, "class labels"))));
        else if (_config.ClassEmbedType == "identity") embedding = embedding.Plus(Given(conditions.ClassLabels, "class labels").to_type(precision));
        if (_text is not null) embedding = embedding.Plus(_text.Forward(conditions.Text));
        if (_sizes is not null) embedding = embedding.Plus(_sizes.Forward(TextAndSizes(conditions).to_type(precision)));
        if (_config.TimeEmbeddingActFn is { } activation) embedding = Activation.Of(activation)(embedding);
        return embedding.MoveToOuterDisposeScope();

        Tensor Sinusoid(Tensor numbers) => TimeMlp.Sinusoid(numbers, _config.BlockOutChannels[0]).to_type(precision);
    }

    private Tensor TextAndSizes(Conditions conditions)
    {
        var (text, ids) = (Given(conditions.TextEmbeds, "pooled text"), Given(conditions.TimeIds, "time ids"));
        var sinusoids = TimeMlp.Sinusoid(ids.reshape(-1), _config.AdditionTimeEmbedDim!.Value).view(ids.shape[0], -1);
        var both = cat([text.to_type(ScalarType.Float32), sinusoids], dim: -1);
        return both.shape[1] == _config.ProjectionClassEmbeddingsInputDim
            ? both
            : throw new ArgumentException($"pooled text [{string.Join(", ", text.shape)}] and time ids [{string.Join(", ", ids.shape)}] make {both.shape[1]} numbers; allowed: {_config.ProjectionClassEmbeddingsInputDim}");
    }

    private static Tensor Given(Tensor? condition, string what) => condition ?? throw new ArgumentException($"this network needs {what}");
}

/// <summary>One vector of a text: its mean attends to the text (CLIP's attention pooling), between two norms and a layer.</summary>
internal sealed class TextPooling(TensorSource at, int width, int outputs, int heads)
{
    private readonly LayerNorm _norm1 = new(at.Under("norm1"), width);
    private readonly Tensor _position = at.Take("pool.positional_embedding", null, [1, width]);
    private readonly Linear _q = new(at.Under("pool.q_proj"), width, width);
    private readonly Linear _k = new(at.Under("pool.k_proj"), width, width);
    private readonly Linear _v = new(at.Under("pool.v_proj"), width, width);
    private readonly Linear _out = new(at.Under("proj"), width, outputs);
    private readonly LayerNorm _norm2 = new(at.Under("norm2"), outputs);

    /// <summary>[N, L, W] to [N, D].</summary>
    public Tensor Forward(Tensor text)
    {
        using var scope = NewDisposeScope();
        var x = _norm1.Forward(text);
        var mean = x.mean([1], keepdim: true).Plus(_position);                                          // [N, 1, W]
        x = cat([mean, x], dim: 1);
        var pooled = MultiHead.Attend(_q.Forward(mean), _k.Forward(x), _v.Forward(x), heads).squeeze(1);
        return _norm2.Forward(_out.Forward(pooled)).MoveToOuterDisposeScope();
    }
}
