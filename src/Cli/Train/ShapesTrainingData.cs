using Atelier.Diffusion.Training;
using Atelier.Shapes;

namespace Atelier.Cli.Train;

/// <summary>Endless captioned scenes of the shapes world's training split. The class of a scene is the kind of one of its objects, either as often.</summary>
/// <param name="scenes">The scenes.</param>
internal sealed class ShapesTrainingData(SceneSource scenes) : ITrainingData
{
    /// <inheritdoc/>
    public CaptionedImage Get(long index, int imageSize)
    {
        var scene = scenes.Captioned(index);
        var objects = scene.Scene.Objects;
        return new CaptionedImage(scene.Caption, SceneRenderer.Render(scene.Scene, imageSize))
        {
            Label = objects[(int)(index % objects.Length)].Kind.Class,
            Attributes = CaptionAttributes.Of(scene),
        };
    }
}
