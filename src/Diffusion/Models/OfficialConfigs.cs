using System.Globalization;
using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Models;

/// <summary>
/// Configurations as the official scripts build them (<c>create_model</c>, <c>sr_create_model</c> and <c>create_classifier</c> of
/// guided-diffusion, arXiv:2105.05233; <c>create_model</c> of GLIDE, arXiv:2112.10741): attention is given in pixels, and the widths of the
/// levels follow from the image's size.
/// </summary>
public static class OfficialConfigs
{
    private const int ImageNetClasses = 1000;
    private const int GlideVocabulary = 50257;

    /// <summary>A GLIDE network.</summary>
    /// <param name="imageSize">64 for the base model, 256 for the upsampler.</param>
    /// <param name="numResBlocks">3 for the base model, 2 for the upsampler.</param>
    /// <param name="inpaint">Whether it sees a known image and its mask.</param>
    /// <param name="superRes">Whether it sees a low-resolution image.</param>
    /// <exception cref="ArgumentException">There is no such configuration.</exception>
    public static Text2ImConfig Glide(int imageSize, int numResBlocks, bool inpaint, bool superRes) => new()
    {
        TextCtx = 128,
        XfWidth = 512,
        XfLayers = 16,
        XfHeads = 8,
        XfFinalLn = true,
        XfPadding = true,
        VocabularySize = GlideVocabulary,
        InChannels = 3 + (inpaint ? 4 : 0) + (superRes ? 3 : 0),
        ModelChannels = 192,
        NumResBlocks = numResBlocks,
        AttentionResolutions = Factors(imageSize, "32,16,8"),
        ChannelMult = Widths(imageSize),
        Dropout = 0.1,
        NumHeadChannels = 64,
        UseScaleShiftNorm = true,
        ResBlockUpDown = true,
    };

    /// <summary>A diffusion network of guided-diffusion, for images or for upsampling.</summary>
    /// <param name="imageSize">64, 128, 256 or 512; of the large image for upsampling.</param>
    /// <param name="numChannels">Base width.</param>
    /// <param name="numResBlocks">Residual blocks of each level.</param>
    /// <param name="attentionResolutions">Sizes in pixels at which there is attention, with commas between.</param>
    /// <param name="numHeads">Attention heads, where <paramref name="numHeadChannels"/> is -1.</param>
    /// <param name="numHeadChannels">Channels of one attention head, or -1.</param>
    /// <param name="classConditional">Whether it has ImageNet's 1000 classes.</param>
    /// <param name="newAttentionOrder">Layout of the attention's weights.</param>
    /// <param name="superRes">Whether it sees a low-resolution image.</param>
    /// <param name="dropout">Dropout during training.</param>
    /// <exception cref="ArgumentException">There is no such configuration.</exception>
    public static UNetModelConfig Adm(
        int imageSize, int numChannels, int numResBlocks, string attentionResolutions, int numHeads, int numHeadChannels,
        bool classConditional, bool newAttentionOrder, bool superRes = false, double dropout = 0) => new()
        {
            NumClasses = classConditional ? ImageNetClasses : null,
            UseNewAttentionOrder = newAttentionOrder,
            InChannels = superRes ? 6 : 3,
            ModelChannels = numChannels,
            NumResBlocks = numResBlocks,
            AttentionResolutions = Factors(imageSize, attentionResolutions),
            ChannelMult = superRes && imageSize == 512 ? Widths(256) : Widths(imageSize),
            Dropout = dropout,
            NumHeads = numHeads,
            NumHeadChannels = numHeadChannels,
            UseScaleShiftNorm = true,
            ResBlockUpDown = true,
        };

    /// <summary>A noise-aware ImageNet classifier of guided-diffusion.</summary>
    /// <param name="imageSize">64, 128, 256 or 512.</param>
    /// <param name="depth">Residual blocks of each level.</param>
    /// <param name="width">Base width.</param>
    /// <param name="pool">How features become logits.</param>
    /// <exception cref="ArgumentException">There is no such configuration.</exception>
    public static EncoderUNetConfig Classifier(int imageSize, int depth, int width = 128, ClassifierPool pool = ClassifierPool.Attention) => new()
    {
        ImageSize = imageSize,
        Pool = pool,
        OutChannels = ImageNetClasses,
        ModelChannels = width,
        NumResBlocks = depth,
        AttentionResolutions = Factors(imageSize, "32,16,8"),
        ChannelMult = Widths(imageSize),
        NumHeadChannels = 64,
        UseScaleShiftNorm = true,
        ResBlockUpDown = true,
    };

    private static double[] Widths(int imageSize) => imageSize switch
    {
        64 => [1, 2, 3, 4],
        128 => [1, 1, 2, 3, 4],
        256 => [1, 1, 2, 2, 4, 4],
        512 => [0.5, 1, 1, 2, 2, 4, 4],
        _ => throw new ArgumentException($"there is no official configuration for images of {imageSize} pixels; there is for 64, 128, 256 and 512"),
    };

    private static int[] Factors(int imageSize, string pixels) =>
        [.. pixels.Split(',').Select(size => imageSize / int.Parse(size, CultureInfo.InvariantCulture))];
}
