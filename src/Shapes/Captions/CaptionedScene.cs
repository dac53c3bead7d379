namespace Atelier.Shapes;

/// <summary>A scene, and a caption that says some true things of it.</summary>
/// <remarks>Every caption states each object's colour and shape, and the relation of two objects. The rest is stated or left out.</remarks>
/// <param name="Scene">The scene.</param>
/// <param name="Caption">The caption, in English.</param>
/// <param name="SizesStated">Whether the caption states the size of every object; otherwise it states none.</param>
/// <param name="BackgroundStated">Whether the caption states the background's colour.</param>
/// <param name="PlaceStated">Whether the caption states <see cref="Scene.Place"/>.</param>
/// <param name="NamedFirst">Which of the scene's objects the caption names first.</param>
public sealed record CaptionedScene(
    Scene Scene,
    string Caption,
    bool SizesStated,
    bool BackgroundStated,
    bool PlaceStated = false,
    int NamedFirst = 0);
