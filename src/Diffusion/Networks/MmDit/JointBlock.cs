using Atelier.Diffusion.Networks.Layers;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks.MmDit;

/// <summary>What a <see cref="JointBlock"/> is made of.</summary>
/// <param name="Width">Width of both sequences.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Normed">Whether queries and keys are normed.</param>
/// <param name="Dual">Whether the image attends to itself a second time.</param>
/// <param name="Last">Whether nobody needs the text after it.</param>
/// <param name="TextFirst">Whether the text comes before the image.</param>
internal sealed record JointShape(int Width, int Heads, bool Normed, bool Dual = false, bool Last = false, bool TextFirst = false);

/// <summary>Image and text, each with its own layers, attend to each other and to themselves as one sequence (Esser et al. 2024, arXiv:2403.03206, figure 2).</summary>
internal sealed class JointBlock
{
    private readonly JointShape _shape;
    private readonly Stream _image;
    private readonly Stream? _text;
    private readonly ModulatedNorm? _lastText;
    private readonly HeadProjection _imageHeads;
    private readonly HeadProjection _textHeads;
    private readonly (HeadProjection Heads, Linear Out)? _second;

    public JointBlock(TensorSource at, JointShape shape)
    {
        _shape = shape;
        var (attention, width) = (at.Under("attn"), shape.Width);
        _image = new Stream(at.Under("norm1"), attention.Under("to_out.0"), at.Under("ff"), width, shape.Dual ? 9 : 6);
        if (shape.Last) _lastText = new ModulatedNorm(at.Under("norm1_context"), width);
        else _text = new Stream(at.Under("norm1_context"), attention.Under("to_add_out"), at.Under("ff_context"), width, 6);
        _imageHeads = new HeadProjection(attention, width, shape.Heads, shape.Normed);
        _textHeads = new HeadProjection(attention, width, shape.Heads, shape.Normed, added: true);
        if (shape.Dual) _second = (new HeadProjection(at.Under("attn2"), width, shape.Heads, shape.Normed), new Linear(at.Under("attn2.to_out.0"), width, width));
    }

    /// <param name="image">[N, T, C].</param>
    /// <param name="text">[N, L, C].</param>
    /// <param name="embedding">[N, C].</param>
    /// <param name="rotary">Positions of both, in the order of the sequence; null for none.</param>
    /// <returns>Both; no text from the last block.</returns>
    public (Tensor Image, Tensor? Text) Forward(Tensor image, Tensor text, Tensor embedding, Rotary? rotary = null)
    {
        using var scope = NewDisposeScope();
        var imageParts = _image.Modulation.Forward(embedding);
        var textParts = _text?.Modulation.Forward(embedding);
        var x = _image.Enter(image, imageParts);
        var own = _imageHeads.Forward(x);
        var other = _textHeads.Forward(_text is null ? _lastText!.Forward(text, embedding) : _text.Enter(text, textParts!));
        var (t, l) = (image.shape[1], text.shape[1]);
        var heads = _shape.TextFirst ? Heads.Concatenate(other, own) : Heads.Concatenate(own, other);
        var attended = (rotary is { } positions ? positions.Turn(heads) : heads).Attend();             // [N, T + L, C]

        var extra = (Tensor?)null;
        if (_second is var (secondHeads, secondOut))
            extra = imageParts[8] * secondOut.Forward(secondHeads.Forward(Modulation.Apply(_image.Norm.Forward(image), imageParts[6], imageParts[7])).Attend());
        var imageResult = _image.Leave(image, attended.narrow(1, _shape.TextFirst ? l : 0, t), imageParts, extra);
        var textResult = _text?.Leave(text, attended.narrow(1, _shape.TextFirst ? 0 : t, l), textParts!, null);
        return (imageResult.MoveToOuterDisposeScope(), textResult?.MoveToOuterDisposeScope());
    }

    /// <summary>What one of the sequences has for itself.</summary>
    private sealed class Stream(TensorSource norm, TensorSource output, TensorSource feedForward, int width, int parts)
    {
        private readonly Linear _out = new(output, width, width);
        private readonly FeedForward _feedForward = new(feedForward, width, "gelu-approximate");

        public Modulation Modulation { get; } = new(norm, width, parts);

        public LayerNorm Norm { get; } = new(width, 1e-6);

        public Tensor Enter(Tensor x, Tensor[] m) => Modulation.Apply(Norm.Forward(x), m[0], m[1]);

        public Tensor Leave(Tensor x, Tensor attended, Tensor[] m, Tensor? extra)
        {
            using var scope = NewDisposeScope();
            x = addcmul(x, m[2], _out.Forward(attended), S(1));
            if (extra is not null) x = x.Plus(extra);
            var y = _feedForward.Forward(Modulation.Apply(Norm.Forward(x), m[3], m[4]));
            return addcmul(x, m[5], y, S(1)).MoveToOuterDisposeScope();
        }
    }
}
