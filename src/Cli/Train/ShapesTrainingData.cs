using Atelier.Diffusion.Training;
using Atelier.Shapes;

namespace Atelier.Cli.Train;

/// <summary>Endless captioned scenes of the shapes world's training split.</summary>
/// <param name="scenes">The scenes.</param>
internal sealed class ShapesTrainingData(SceneSource scenes) : ITrainingData
{
    /// <inheritdoc/>
    public CaptionedImage Get(long index, int imageSize)
    {
        var scene = scenes.Captioned(index);
        return new CaptionedImage(scene.Caption, SceneRenderer.Render(scene.Scene, imageSize));
    }
}
