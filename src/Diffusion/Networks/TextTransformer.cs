// The text encoder of GLIDE (Nichol et al. 2021, arXiv:2112.10741, section 4.1): a plain bidirectional transformer.
// It does not know what a token means, how prompts are padded, or that its output conditions an image.
using TorchSharp.Modules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Networks;

/// <summary>Pre-norm transformer without a causal mask over [N, L, W] float32. Field names are the official state-dict keys.</summary>
internal sealed class TextTransformer : nn.Module<Tensor, Tensor>
{
    private readonly ModuleList<TextTransformerBlock> resblocks;

    public TextTransformer(int width, int layers, int heads, Device? device = null) : base(nameof(TextTransformer))
    {
        resblocks = nn.ModuleList([.. Enumerable.Range(0, layers).Select(_ => new TextTransformerBlock(width, heads, device))]);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        foreach (var block in resblocks) input = block.call(input);
        return input;
    }

    /// <summary>Layer norm with statistics in float32, whatever the features are.</summary>
    public static Tensor Normalize(LayerNorm norm, Tensor features) => norm.call(features.to_type(ScalarType.Float32)).to_type(features.dtype);
}

/// <summary>x + attention(norm(x)), then x + mlp(norm(x)).</summary>
internal sealed class TextTransformerBlock : nn.Module<Tensor, Tensor>
{
    private readonly TextAttention attn;
    private readonly LayerNorm ln_1;
    private readonly TextMlp mlp;
    private readonly LayerNorm ln_2;

    public TextTransformerBlock(int width, int heads, Device? device) : base(nameof(TextTransformerBlock))
    {
        attn = new TextAttention(width, heads, device);
        ln_1 = nn.LayerNorm(width, device: device);
        mlp = new TextMlp(width, device);
        ln_2 = nn.LayerNorm(width, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        input = input.Plus(attn.call(TextTransformer.Normalize(ln_1, input)));
        return input.Plus(mlp.call(TextTransformer.Normalize(ln_2, input)));
    }
}

/// <summary>Multi-head self-attention.</summary>
internal sealed class TextAttention : nn.Module<Tensor, Tensor>
{
    private readonly Linear c_qkv;
    private readonly Linear c_proj;
    private readonly int _heads;

    public TextAttention(int width, int heads, Device? device) : base(nameof(TextAttention))
    {
        _heads = heads;
        c_qkv = nn.Linear(width, 3 * width, device: device);
        c_proj = nn.Linear(width, width, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => c_proj.call(Attention.TextLayout(c_qkv.call(input), _heads));
}

/// <summary>Two layers with an exact (erf) GELU between them, four times as wide inside.</summary>
internal sealed class TextMlp : nn.Module<Tensor, Tensor>
{
    private readonly Linear c_fc;
    private readonly Linear c_proj;

    public TextMlp(int width, Device? device = null) : base(nameof(TextMlp))
    {
        c_fc = nn.Linear(width, 4 * width, device: device);
        c_proj = nn.Linear(4 * width, width, device: device);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => c_proj.call(nn.functional.gelu(c_fc.call(input)));
}
