using System.Runtime.CompilerServices;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Calibrations;

/// <summary>
/// Writes and reads the calibrations of a store, <c>.calibrations/{model digest}/{device}.json</c>. Each is made once; who deletes it has it measured anew by
/// the next job that asks, and changes no job that has its batch size.
/// </summary>
public static class CalibrationFiles
{
    // A store's paths have segments of at most 200 bytes.
    private const int MaxNameLength = 150;

    /// <summary>Where a calibration is.</summary>
    /// <param name="modelDigest">Digest of the model: 64 hexadecimal digits in lower case.</param>
    /// <param name="device">What was measured on; in the name, what is not a letter or digit of ASCII becomes a dash.</param>
    /// <exception cref="ArgumentException">The digest is of another form, or nothing is left of the device.</exception>
    public static string Path(string modelDigest, string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (!JobSpecRules.IsSha256(modelDigest))
            throw new ArgumentException($"'{modelDigest}' is not the digest of a model; allowed: 64 hexadecimal digits in lower case", nameof(modelDigest));
        var words = string.Concat(device.Select(character => char.IsAsciiLetterOrDigit(character) ? char.ToLowerInvariant(character) : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) throw new ArgumentException($"'{device}' names no device; it has no letter and no digit", nameof(device));
        var name = string.Join('-', words);
        return $"{JobIndex.CalibrationsFolder}/{modelDigest}/{name[..Math.Min(name.Length, MaxNameLength)]}.json";
    }

    /// <summary>Writes a calibration.</summary>
    /// <param name="store">The store.</param>
    /// <param name="modelDigest">Digest of the model.</param>
    /// <param name="calibration">What to write.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False, and what is there stays, when there is one of this model and device.</returns>
    public static Task<bool> TryCreateAsync(IStore store, string modelDigest, Calibration calibration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(calibration);
        return store.TryCreateAsync(Path(modelDigest, calibration.Device), JobJson.Write(calibration, JobJson.File.Calibration), cancellationToken);
    }

    /// <summary>Reads a calibration; null when there is none.</summary>
    /// <param name="store">The store.</param>
    /// <param name="modelDigest">Digest of the model.</param>
    /// <param name="device">What it was measured on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The file is damaged; the message names it.</exception>
    public static async Task<Calibration?> ReadAsync(IStore store, string modelDigest, string device, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return await ReadAsync(store, Path(modelDigest, device), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All calibrations of a model.</summary>
    /// <param name="store">The store.</param>
    /// <param name="modelDigest">Digest of the model: 64 hexadecimal digits in lower case.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">A file is damaged; the message names it.</exception>
    public static async IAsyncEnumerable<Calibration> ListAsync(IStore store, string modelDigest, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await foreach (var entry in store.ListAsync($"{JobIndex.CalibrationsFolder}/{modelDigest}/", cancellationToken).ConfigureAwait(false))
            if (await ReadAsync(store, entry.Path, cancellationToken).ConfigureAwait(false) is { } calibration) yield return calibration;
    }

    private static async Task<Calibration?> ReadAsync(IStore store, string path, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is not { } content) return null;
        var calibration = JobJson.Read(content, JobJson.File.Calibration, path);
        return calibration.Measurements.Count > 0
            && calibration.Measurements.All(one => one.BatchSize is >= 1 and <= JobLimits.MaxBatchSize && one.StepSeconds > 0 && double.IsFinite(one.StepSeconds))
                ? calibration
                : throw new InvalidInputException($"{path} is damaged: it needs measurements, each of 1 to {JobLimits.MaxBatchSize} samples and more than 0 seconds.");
    }
}
