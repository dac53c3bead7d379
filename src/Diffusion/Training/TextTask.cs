using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Tokenization;
using TorchSharp.Modules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Training;

/// <summary>
/// Teaches the text transformer of a network what captions state, on captions alone: from the vector that goes with the timestep embedding every
/// attribute is to be told, by cross entropy. An image has to be half right before it teaches what a caption means; attributes teach it in minutes.
/// A network with a sketch learns that, too: the mean of the images of a caption, by squared error against the images made as small.
/// The UNet stays as it is, and the layer that names the attributes is thrown away.
/// </summary>
public sealed class TextTask : TrainingTask
{
    private readonly AttributeReader _reader;
    private readonly BpeTokenizer _tokenizer;
    private readonly IReadOnlyList<int> _choices;

    /// <summary>Sets the task up.</summary>
    /// <param name="network">The network.</param>
    /// <param name="diffusion">Its process, which is not used.</param>
    /// <param name="imageSize">Width and height of its images, which are not looked at.</param>
    /// <param name="tokenizer">Vocabulary of the captions.</param>
    /// <param name="choices">How many values each of <see cref="CaptionedImage.Attributes"/> can have.</param>
    public TextTask(Text2ImUNet network, GaussianDiffusion diffusion, int imageSize, BpeTokenizer tokenizer, IReadOnlyList<int> choices)
        : this(new AttributeReader(network, choices.Sum()), diffusion, imageSize, tokenizer, choices)
    {
    }

    private TextTask(AttributeReader reader, GaussianDiffusion diffusion, int imageSize, BpeTokenizer tokenizer, IReadOnlyList<int> choices)
        : base(reader, diffusion, imageSize) => (_reader, _tokenizer, _choices) = (reader, tokenizer, choices);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Measures => HasSketch ? ["accuracy", "sketch"] : ["accuracy"];

    /// <inheritdoc/>
    public override nn.Module Model => _reader.Network;

    private bool HasSketch => _reader.Network.Config.SketchSize > 0;

    // Without its caption there is nothing to learn from.
    internal override bool DropsCaptions => false;

    // All of the network but its text transformer is as good as frozen.
    internal override bool IsIn(NetworkPart part, string parameter) =>
        parameter.StartsWith(AttributeReader.NetworkPrefix, StringComparison.Ordinal)
        && !(TextToImageTask.IsText(parameter[AttributeReader.NetworkPrefix.Length..]) || parameter.StartsWith($"{AttributeReader.NetworkPrefix}transformer_proj.", StringComparison.Ordinal));

    // Tokens, mask and attributes, [N, L], [N, L] and [N, A], and the images made as small as a sketch, [N, 3, S, S].
    internal override Tensor[] Inputs(IReadOnlyList<CaptionedImage> examples, Tensor xStart, Generator generator, TrainingOptions options)
    {
        var (tokens, mask) = TextToImageTask.Tokenize(examples, _tokenizer, _reader.Network.Config.TextCtx, Device);
        long[] attributes = [.. examples.SelectMany(example => example.Attributes ?? throw new InvalidDataException($"'{example.Caption}' has no attributes")).Select(value => (long)value)];
        var told = tensor(attributes, [examples.Count, _choices.Count]).to(Device);
        return HasSketch ? [tokens, mask, told, nn.functional.adaptive_avg_pool2d(xStart, _reader.Network.Config.SketchSize)] : [tokens, mask, told];
    }

    internal override (Tensor Loss, Tensor[] Measures) Losses(NoisedImages images, Tensor[] inputs, TrainingOptions options)
    {
        var text = _reader.Network.EncodeText(inputs[0], inputs[1]);
        var logits = _reader.call(text.Vector!).split([.. _choices.Select(count => (long)count)], dim: 1);
        var losses = logits.Select((values, i) => nn.functional.cross_entropy(values, inputs[2].select(1, i), reduction: nn.Reduction.None));
        var right = logits.Select((values, i) => values.argmax(1).eq(inputs[2].select(1, i)));
        // Right is a caption of which everything is told rightly.
        var (loss, accuracy) = (stack(losses).mean([0]), stack(right).all(0).to_type(ScalarType.Float32));
        if (text.Sketch is null) return (loss, [accuracy]);
        var sketch = (text.Sketch - inputs[3]).pow(S(2)).mean([1, 2, 3]);
        return (loss.Plus(sketch), [accuracy, sketch]);
    }

    private protected override TrainingTask WithNewNetwork() =>
        new TextTask(new Text2ImUNet(_reader.Network.Config), Diffusion, ImageSize, _tokenizer, _choices);
}

/// <summary>A network's text transformer with a layer on top that names attributes.</summary>
internal sealed class AttributeReader : nn.Module<Tensor, Tensor>
{
    /// <summary>What state-dict keys of the network begin with.</summary>
    public const string NetworkPrefix = "network.";

    private readonly Text2ImUNet network;
    private readonly Linear attributes;

    public AttributeReader(Text2ImUNet network, int logits) : base(nameof(AttributeReader))
    {
        this.network = network;
        // All values are equally likely at first.
        attributes = UNet.Zero(nn.Linear(network.Config.EmbeddingChannels, logits));
        RegisterComponents();
    }

    public Text2ImUNet Network => network;

    /// <summary>Projections of texts, [N, 4 * ModelChannels], to logits.</summary>
    public override Tensor forward(Tensor projection) => attributes.call(projection);
}
