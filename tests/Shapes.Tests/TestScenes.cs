namespace Atelier.Shapes.Tests;

/// <summary>Scenes made by hand, with nominal colours; lengths in pixels of a 32 x 32 image.</summary>
internal static class TestScenes
{
    public static SceneObject Object(ObjectColour colour, Shape shape, double x, double y, double halfExtent = 4)
    {
        var size = halfExtent < 5 ? ObjectSize.Small : ObjectSize.Large;
        return new SceneObject(new ObjectKind(colour, shape), size, Palette.Of(colour), x / 32, y / 32, halfExtent / 32);
    }

    public static Scene One(ObjectColour colour, Shape shape, BackgroundColour background, double halfExtent = 4) =>
        new(background, Palette.Of(background), [Object(colour, shape, 16, 16, halfExtent)], null, Place.Centre);

    public static Scene Two(SceneObject first, Relation relation, SceneObject second, BackgroundColour background) =>
        new(background, Palette.Of(background), [first, second], relation, null);

    /// <summary>A scene whose caption states all there is to state.</summary>
    public static CaptionedScene Stated(Scene scene) => new(scene, "", true, true, scene.Place is not null);

    public static Observation Look(Scene scene, int size = 32) => Judge.Look(SceneRenderer.Render(scene, size), size, size);
}
