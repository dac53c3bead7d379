using Atelier.Dataset.ContactSheets;
using Atelier.Dataset.Images;
using Atelier.Dataset.Tests.Images;

namespace Atelier.Dataset.Tests.ContactSheets;

public sealed class ContactSheetTests
{
    private static readonly string[] Captions =
    [
        "a red circle",
        "a very small yellow triangle to the left of a large blue square, on a grey background, seen from far away and then some",
        "",
        "кот und ein Zelt — naïve façade",
        "Pneumonoultramicroscopicsilicovolcanoconiosis-and-more-without-any-break",
        "line\nbreaks\tand   spaces",
    ];

    [Fact]
    public void Render_SmallImages_ShowsEveryPixelAsASquareOfFour()
    {
        var images = Images(10, 32, 32);

        var sheet = ImageDecoder.Decode(ContactSheet.Render(images, "shapes"));

        // Eight columns of 128 with gaps of 16 and margins of 24; two rows.
        Assert.Equal((48 + (8 * 144) - 16, 48 + 36 + (2 * (128 + 6 + 42 + 16)) - 16), (sheet.Width, sheet.Height));
        for (var index = 0; index < 10; index++)
        {
            var (left, top) = (24 + (index % 8 * 144), 60 + (index / 8 * 192));
            for (var y = 0; y < 128; y++)
            {
                for (var x = 0; x < 128; x++)
                    Assert.Equal(Pixel(images[index].Image, x / 4, y / 4), Pixel(sheet, left + x, top + y));
            }
        }
    }

    [Theory]
    [InlineData(1, 48 + 128)]
    [InlineData(3, 48 + (3 * 144) - 16)]
    [InlineData(48, 48 + (8 * 144) - 16)]
    public void Render_AnyNumber_IsAsWideAsItsColumns(int count, int width) =>
        Assert.Equal(width, ImageDecoder.Decode(ContactSheet.Render(Images(count, 20, 10), "shapes")).Width);

    [Fact]
    public void Render_LargeImage_IsReducedToFit() =>
        Assert.Equal(48 + 256, ImageDecoder.Decode(ContactSheet.Render(Images(1, 1024, 512), "shapes")).Width);

    [Fact]
    public void Render_Twice_GivesTheSameBytes()
    {
        var images = Images(12, 48, 32);

        Assert.Equal(ContactSheet.Render(images, "shapes"), ContactSheet.Render(images, "shapes"));
    }

    [Fact]
    public void Render_OtherCaption_ShowsIt()
    {
        var image = TestImages.Gradient(32, 32);

        Assert.NotEqual(ContactSheet.Render([new("a", image)], "t"), ContactSheet.Render([new("b", image)], "t"));
        Assert.NotEqual(ContactSheet.Render([new("a", image)], "t"), ContactSheet.Render([new("a", image)], "u"));
    }

    [Fact]
    public void Render_NoneOrTooMany_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => ContactSheet.Render(Images(49, 8, 8), "shapes"));

        Assert.StartsWith("A contact sheet shows 1 to 48 images; there are 49.", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ContactSheet.Render([], "shapes"));
    }

    private static ContactSheetImage[] Images(int count, int width, int height) =>
        [.. Enumerable.Range(0, count).Select(index =>
            new ContactSheetImage(Captions[index % Captions.Length], TestImages.Gradient(width, height, blue: 5 * index)))];

    private static (byte, byte, byte) Pixel(RgbImage image, int x, int y)
    {
        var at = 3 * ((y * image.Width) + x);
        return (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }
}
