namespace Atelier.Diffusion.Training;

/// <summary>An endless, repeatable sequence of training examples, so that a resumed run goes on where it stopped.</summary>
public interface ITrainingData
{
    /// <summary>The example at a position; a pure function of it. Called from background threads.</summary>
    /// <param name="index">Zero-based position.</param>
    /// <param name="imageSize">S, the width and height of the pixels to return.</param>
    CaptionedImage Get(long index, int imageSize);
}
