using Atelier.Dataset.Images;
using Atelier.Shapes;

namespace Atelier.EndToEnd.FineTuning;

/// <summary>A colour that the shapes world has neither the name nor the pixels of. It keeps the distances that the palette's own colours keep.</summary>
internal static class Teal
{
    public const string Name = "teal";

    /// <summary>Teal is shown in every shape but this.</summary>
    public const Shape Unshown = Shape.Heart;

    private const int TealImages = 153, OtherImages = 103;

    private static readonly Rgb Value = new(0, 128, 128);
    private static readonly BackgroundColour[] Backgrounds = [BackgroundColour.White, BackgroundColour.Black, BackgroundColour.Gray];

    /// <summary>Writes 256 captioned images of one object: three of five in teal, the others of the shapes world as it is.</summary>
    public static void WriteImages(string folder)
    {
        Directory.CreateDirectory(folder);
        var scenes = new SceneSource(11, SceneSplit.Training, maxObjects: 1);
        // "an orange" would become "an teal".
        var repainted = Enumerable.Range(0, int.MaxValue).Select(k => scenes.Captioned(k)).Where(scene =>
            scene.Scene.Objects[0].Kind is { Colour: not ObjectColour.Orange, Shape: not Unshown } && Backgrounds.Contains(scene.Scene.Background)).Select(Repaint);
        foreach (var (i, (caption, scene)) in repainted.Take(TealImages).Index()) Write($"teal-{i:000}", caption, scene);

        var others = new SceneSource(12, SceneSplit.Training, maxObjects: 1);
        for (var i = 0; i < OtherImages; i++) Write($"other-{i:000}", others.Captioned(i).Caption, others[i]);

        void Write(string name, string caption, Scene scene)
        {
            var image = new RgbImage(32, 32, SceneRenderer.Render(scene));
            File.WriteAllBytes(Path.Combine(folder, $"{name}.png"), ImageEncoder.Encode(image, "png", 100));
            File.WriteAllText(Path.Combine(folder, $"{name}.txt"), caption + "\n");
        }
    }

    /// <summary>The name of the colour that an image's object has, of the nine; "none" if there is no object.</summary>
    /// <remarks>
    /// The median of the pixels that are at least half as far from the border's median as the farthest one: no noise of the background, no soft edges.
    /// </remarks>
    public static string ColourOf(RgbImage image)
    {
        const double Near = 60;
        const int LeastPixels = 6;
        var pixels = image.Pixels.Chunk(3).Select(pixel => new Rgb(pixel[0], pixel[1], pixel[2])).ToArray();
        var background = Median(pixels.Where((_, i) => IsBorder(i % image.Width, image.Width) || IsBorder(i / image.Width, image.Height)));
        var far = Math.Max(Near, pixels.Max(pixel => Distance(pixel, background)) / 2);
        var shown = pixels.Where(pixel => Distance(pixel, background) > far).ToArray();
        if (shown.Length < LeastPixels) return "none";

        var colour = Median(shown);
        return Enum.GetValues<ObjectColour>().Select(known => (Name: NameOf(known), Value: Palette.Of(known))).Append((Name, Value))
            .MinBy(known => Distance(colour, known.Value)).Name;

        static bool IsBorder(int place, int side) => place == 0 || place == side - 1;
    }

    private static (string Caption, Scene Scene) Repaint(CaptionedScene captioned)
    {
        var shown = captioned.Scene.Objects[0];
        var usual = Palette.Of(shown.Kind.Colour);
        // The world's own jitter, around another colour.
        var fill = new Rgb(Moved(Value.R, shown.Fill.R - usual.R), Moved(Value.G, shown.Fill.G - usual.G), Moved(Value.B, shown.Fill.B - usual.B));
        return (
            captioned.Caption.Replace(NameOf(shown.Kind.Colour), Name, StringComparison.Ordinal),
            captioned.Scene with { Objects = [shown with { Fill = fill }] });

        static byte Moved(byte nominal, int jitter) => (byte)Math.Clamp(nominal + jitter, 0, 255);
    }

    private static string NameOf(ObjectColour colour) => colour.ToString().ToLowerInvariant();

    private static Rgb Median(IEnumerable<Rgb> colours)
    {
        var all = colours.ToArray();
        return new Rgb(Middle(colour => colour.R), Middle(colour => colour.G), Middle(colour => colour.B));

        byte Middle(Func<Rgb, byte> channel) => all.Select(channel).Order().ElementAt(all.Length / 2);
    }

    private static double Distance(Rgb a, Rgb b) => Math.Sqrt(Square(a.R - b.R) + Square(a.G - b.G) + Square(a.B - b.B));

    private static double Square(double value) => value * value;
}
