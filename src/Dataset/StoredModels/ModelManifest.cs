using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Input;

namespace Atelier.Dataset.StoredModels;

/// <summary>The files of a model in a store, <c>.models/{digest}/manifest.json</c>: written last, so that where it is, all of them are.</summary>
internal sealed record ModelManifest
{
    // More than any model has; a list without end would fill the disk.
    private const int MaxFiles = 1000;
    private const int MaxReason = 300;

    /// <summary>The files.</summary>
    public required IReadOnlyList<ModelFileEntry> Files { get; init; }

    /// <summary>Refuses a list that names a file twice, or one outside the model's folder.</summary>
    /// <exception cref="InvalidDataException">Names the file.</exception>
    public void Check(string place)
    {
        if (Files.Count is 0 or > MaxFiles) throw new InvalidDataException($"{place} lists {Files.Count} files; allowed: 1 to {MaxFiles}");
        foreach (var file in Files)
        {
            try
            {
                // A file of a store has no way out of it, and the same rules keep one in its folder.
                StorePath.Check(file.Path);
            }
            catch (ArgumentException bad)
            {
                throw new InvalidDataException($"{place} lists a file that no model has: {PrintableText.Of(bad.Message, MaxReason)}", bad);
            }
            if (file.Length < 0 || !JobSpecRules.IsSha256(file.Sha256))
                throw new InvalidDataException($"{place} lists '{PrintableText.Of(file.Path)}' with {file.Length} bytes and the SHA-256 '{PrintableText.Of(file.Sha256)}'");
        }
        // As file systems compare that do not tell upper from lower case.
        if (Files.DistinctBy(file => file.Path, StringComparer.OrdinalIgnoreCase).Count() < Files.Count)
            throw new InvalidDataException($"{place} lists a file twice");
    }
}
