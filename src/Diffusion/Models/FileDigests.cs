using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Atelier.Input;

namespace Atelier.Diffusion.Models;

/// <summary>
/// SHA-256s of files. Those of large ones are kept in the user's own folder, by path, length and time of change, so that weights of gigabytes are not read again
/// whenever a model is opened.
/// </summary>
internal static class FileDigests
{
    // Smaller ones are read faster than a record of them is found.
    private const long KeptFrom = 64L << 20;

    // A file that was written a moment ago may be written again within one tick of its file system's clock.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private static readonly string Folder = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "atelier", "digests");

    /// <summary>Lower-case hex SHA-256 of a regular file, or of the one that a link leads to.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keptFrom">Length from which on digests are kept.</param>
    public static string Of(string path, long keptFrom = KeptFrom)
    {
        using var stream = RegularFile.OpenRead(path);
        if (stream.Length < keptFrom) return Compute(stream);
        var file = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path));
        var changed = file.LastWriteTimeUtc;
        if (DateTime.UtcNow - changed < Settled) return Compute(stream);
        var key = string.Create(CultureInfo.InvariantCulture, $"{file.FullName}\n{stream.Length}\n{changed.Ticks}");
        var record = Path.Combine(Folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
        try
        {
            if (File.Exists(record) && File.ReadAllText(record) is { Length: 64 } known && known.All(char.IsAsciiHexDigitLower)) return known;
            var digest = Compute(stream);
            Directory.CreateDirectory(Folder);
            var unfinished = $"{record}.{Guid.NewGuid():N}";
            File.WriteAllText(unfinished, digest);
            File.Move(unfinished, record, overwrite: true);
            return digest;
        }
        catch (Exception lost) when (lost is IOException or UnauthorizedAccessException)
        {
            // What cannot be kept is computed again.
            stream.Position = 0;
            return Compute(stream);
        }
    }

    private static string Compute(Stream stream) => Convert.ToHexStringLower(SHA256.HashData(stream));
}
