namespace Atelier.Shapes;

/// <summary>The nominal RGB value of every colour name.</summary>
/// <remarks>
/// This table is what the names mean, so the renderer and the judge share it. Any object colour is at least 90 (Euclidean, in
/// bytes) from any background colour and at least 75 from any other object colour.
/// </remarks>
public static class Palette
{
    private static readonly Rgb[] ObjectValues =
    [
        new(220, 40, 40),
        new(40, 165, 60),
        new(45, 85, 225),
        new(245, 220, 45),
        new(245, 140, 30),
        new(140, 45, 185),
        new(45, 205, 220),
        new(252, 105, 180),
    ];

    private static readonly Rgb[] BackgroundValues =
    [
        new(245, 245, 245),
        new(12, 12, 12),
        new(128, 128, 128),
        new(22, 28, 85),
        new(90, 22, 38),
        new(222, 205, 170),
        new(190, 232, 205),
    ];

    /// <summary>The nominal value of an object colour.</summary>
    public static Rgb Of(ObjectColour colour) => ObjectValues[(int)colour];

    /// <summary>The nominal value of a background colour.</summary>
    public static Rgb Of(BackgroundColour colour) => BackgroundValues[(int)colour];
}
