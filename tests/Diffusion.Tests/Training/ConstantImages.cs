using Atelier.Diffusion.Training;

namespace Atelier.Diffusion.Tests.Training;

/// <summary>The same picture for ever: a gradient from black to white.</summary>
internal sealed class ConstantImages : ITrainingData
{
    public const string Caption = "grey";

    public CaptionedImage Get(long index, int imageSize) =>
        new(Caption, [.. Enumerable.Range(0, imageSize * imageSize * 3).Select(i => (byte)(255 * i / (imageSize * imageSize * 3)))]);
}
