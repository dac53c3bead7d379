using Atelier.Dataset.StoredModels;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Models;

namespace Atelier.Silo.Models;

/// <summary>
/// Models fetched from the store, <c>{folder}/{digest}/</c>. A model is fetched beside its place, compared with its digest and then renamed, so
/// that any number of processes may share the folder.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="folder">The folder; made when it is needed.</param>
internal sealed class ModelCache(IStore store, string folder)
{
    private const string Unfinished = ".fetch-";
    private static readonly TimeSpan FetchesTakeAtMost = TimeSpan.FromDays(1);

    /// <summary>Where models are kept if nobody says so: in the user's folder for data of programs, or else in the system's for temporary files.</summary>
    public static string DefaultFolder
    {
        get
        {
            var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return Path.Combine(data.Length > 0 ? data : Path.GetTempPath(), "atelier", "models");
        }
    }

    /// <summary>The model of a digest; null where the store does not have it either.</summary>
    /// <exception cref="InvalidDataException">What the store has is damaged, or is another model.</exception>
    public async Task<ModelFolder?> GetAsync(string digest, CancellationToken cancellationToken)
    {
        var place = Path.Combine(folder, digest);
        if (OpenWhole(place, digest) is { } cached) return cached;

        Directory.CreateDirectory(folder);
        RemoveAbandoned();
        var unfinished = Path.Combine(folder, $"{Unfinished}{Guid.NewGuid():N}");
        try
        {
            if (!await StoredModel.TryFetchAsync(store, digest, unfinished, cancellationToken)) return null;
            var fetched = ModelFolder.Open(unfinished);
            if (fetched.Digest != digest) throw new InvalidDataException($"the store's model {digest} has digest {fetched.Digest}");
            if (Directory.Exists(place) && OpenWhole(place, digest) is null) Directory.Move(place, $"{unfinished}-damaged");
            try
            {
                Directory.Move(unfinished, place);
            }
            catch (IOException) when (Directory.Exists(place))
            {
                // Another process was faster.
            }
            return ModelFolder.Open(place);
        }
        finally
        {
            foreach (var left in new[] { unfinished, $"{unfinished}-damaged" })
                if (Directory.Exists(left)) Directory.Delete(left, recursive: true);
        }
    }

    private static ModelFolder? OpenWhole(string place, string digest)
    {
        if (!Directory.Exists(place)) return null;
        try
        {
            var model = ModelFolder.Open(place);
            return model.Digest == digest ? model : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    // What killed processes left.
    private void RemoveAbandoned()
    {
        foreach (var left in new DirectoryInfo(folder).EnumerateDirectories($"{Unfinished}*").Where(left => DateTime.UtcNow - left.LastWriteTimeUtc > FetchesTakeAtMost))
        {
            try { left.Delete(recursive: true); }
            catch (DirectoryNotFoundException)
            {
                // Somebody else removes it.
            }
        }
    }
}
