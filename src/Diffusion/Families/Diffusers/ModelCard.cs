using Atelier.Input;

namespace Atelier.Diffusion.Families.Diffusers;

/// <summary>What a folder's <c>README.md</c>, its model card, says at its head.</summary>
internal static class ModelCard
{
    private const int MaxBytes = 1 << 20, MaxLines = 200;

    /// <summary>The licence that the card names; null where there is no card or it names none. A card is no part of the model.</summary>
    /// <param name="folder">The model's folder.</param>
    public static string? LicenceOf(string folder)
    {
        var path = Path.Combine(folder, "README.md");
        if (!File.Exists(path)) return null;
        try
        {
            using var text = new StreamReader(new MemoryStream(RegularFile.ReadAllBytes(path, MaxBytes)));
            if (text.ReadLine() != "---") return null;
            string? licence = null;
            for (var line = 0; line < MaxLines && text.ReadLine() is { } entry && entry != "---"; line++)
            {
                var parts = entry.Split(':', 2);
                if (parts.Length == 2 && parts[0] is "license" or "license_name" && parts[1].Trim().Trim('"', '\'') is { Length: > 0 and <= 100 } name && (licence is null or "other")) licence = name;
            }
            return licence;
        }
        catch (InvalidDataException)
        {
            // What cannot be read says nothing.
            return null;
        }
    }
}
