using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Images;
using Atelier.Dataset.Prompts;

namespace Atelier.Dataset.Inputs;

/// <summary>
/// Makes inputs of the pictures that the rows of a prompt list name. The mask's convention is that of most tools for inpainting: white is drawn new,
/// black is kept.
/// </summary>
/// <param name="list">Path of the prompt list.</param>
/// <param name="size">Width and height of the images that the model inpaints; null where it draws whole images.</param>
internal sealed class RowInputs(string list, int? size)
{
    // Rows often share their pictures; this bounds the memory of those that do not.
    private const int Remembered = 10_000;

    private readonly Dictionary<(string Image, string Mask), string> _digests = [];

    /// <summary>The input of a row: its SHA-256, and its content unless an earlier row had it.</summary>
    /// <exception cref="InvalidInputException">The pictures cannot be used; the message names list, line and picture.</exception>
    public (string? Sha256, ReadOnlyMemory<byte> Content) Prepare(ParsedRow row)
    {
        if (row.Image is null && row.Mask is null) return default;
        var place = $"{list} line {row.Line}";
        if (row.Image is null) throw PromptFields.Invalid(place, RowProblemCodes.Missing, PromptFields.Image, null, "there is a mask without an image");
        if (row.Mask is null)
            throw PromptFields.Invalid(place, RowProblemCodes.Missing, PromptFields.Mask, null, "there is an image without a mask; a mask is a picture of the same size, white where the image is drawn new and black where it is kept");
        if (size is not { } side)
            throw PromptFields.Invalid(place, RowProblemCodes.NotAllowed, PromptFields.Image, row.Image, "there is an image with a mask, but the model draws whole images only; choose a model that inpaints");
        if (_digests.TryGetValue((row.Image, row.Mask), out var known)) return (known, default);

        var content = Make(place, row.Image, row.Mask, side).Encode();
        if (content.Length > JobLimits.MaxInputBytes)
            throw PromptFields.Invalid(place, RowProblemCodes.TooLong, PromptFields.Image, row.Image, $"the image {PromptFields.Show(row.Image)} has {content.Length:N0} bytes as a PNG of {side}x{side} pixels; at most {JobLimits.MaxInputBytes:N0} are allowed");
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        if (_digests.Count == Remembered) _digests.Clear();
        _digests.Add((row.Image, row.Mask), sha256);
        return (sha256, content);
    }

    private InputImage Make(string place, string imagePath, string maskPath, int side)
    {
        var (image, imageSize) = Load(place, PromptFields.Image, imagePath, side);
        var (mask, maskSize) = Load(place, PromptFields.Mask, maskPath, side);
        if (maskSize != imageSize)
            throw PromptFields.Invalid(place, RowProblemCodes.NotAllowed, PromptFields.Mask, maskPath, $"the mask {PromptFields.Show(maskPath)} has {maskSize.Width}x{maskSize.Height} pixels; allowed: {imageSize.Width}x{imageSize.Height}, as the image {PromptFields.Show(imagePath)} has");
        var isKept = IsKept(mask);
        return isKept.Contains(false)
            ? new InputImage(side, image.Pixels, isKept)
            : throw PromptFields.Invalid(place, RowProblemCodes.NotAllowed, PromptFields.Mask, maskPath, $"the mask {PromptFields.Show(maskPath)} is black at {side}x{side} pixels, so there is nothing to draw; what is white in it is drawn new");
    }

    private (RgbImage Square, (int Width, int Height) Size) Load(string place, string field, string path, int side)
    {
        try
        {
            var picture = PictureFile.Read(Path.GetDirectoryName(Path.GetFullPath(list))!, path);
            return (picture.ToSquare(side), (picture.Width, picture.Height));
        }
        catch (InvalidDataException unusable)
        {
            throw PromptFields.Invalid(place, RowProblemCodes.NotAllowed, field, path, $"the {field} {PromptFields.Show(path)} cannot be used: {unusable.Message}", unusable);
        }
    }

    // Black is kept, as far as the brightness of ITU-R BT.601 goes.
    private static bool[] IsKept(RgbImage mask)
    {
        var isKept = new bool[mask.Width * mask.Height];
        for (var pixel = 0; pixel < isKept.Length; pixel++)
        {
            var (red, green, blue) = (mask.Pixels[3 * pixel], mask.Pixels[3 * pixel + 1], mask.Pixels[3 * pixel + 2]);
            isKept[pixel] = 299 * red + 587 * green + 114 * blue < 128_000;
        }
        return isKept;
    }
}
