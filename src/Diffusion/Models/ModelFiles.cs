using System.Security.Cryptography;
using System.Text;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tokenization;
using Atelier.Input;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Models;

/// <summary>
/// Which files of a folder are part of a model: only those that are read, by their known names. Each is a regular file, or a link to one: the cache of Hugging
/// Face is a folder of links to the files of their contents, and weights are large. A link cannot bring in a foreign file, as all of them are in formats
/// of their own, which are checked, but for the classes' names, which are plain text and so must be in the folder itself (or in such a cache).
/// </summary>
internal static class ModelFiles
{
    /// <summary>The networks of a model by the files of their weights.</summary>
    public static IEnumerable<(string File, Func<Device?, nn.Module> Create)> WeightsOf(ModelConfig config)
    {
        switch (config)
        {
            case GlideConfig glide:
                yield return (NativeFolder.WeightsFile, device => new Text2ImUNet(glide.Network, device));
                if (glide.Upsampler is { } larger) yield return (NativeFolder.UpsamplerFile, device => new Text2ImUNet(larger.Network, device));
                break;
            case AdmConfig adm:
                yield return (NativeFolder.WeightsFile, device => new UNetModel(adm.Network, device));
                if (adm.Upsampler is { } upsampler) yield return (NativeFolder.UpsamplerFile, device => new UNetModel(upsampler.Network, device));
                break;
        }
        if (config.Classifier is { } classifier) yield return (NativeFolder.ClassifierFile, device => new EncoderUNetModel(classifier, device));
    }

    /// <summary>All files of a model, in order: paths within the folder, with '/' between segments.</summary>
    /// <exception cref="InvalidDataException">One of them is missing, or leads to a file that is none of the model's.</exception>
    public static List<string> Of(string path, ModelConfig config)
    {
        string[] vocabulary = config is GlideConfig
            ? [.. BpeFiles.PathsIn(Path.Combine(path, NativeFolder.TokenizerFolder)).Select(file => $"{NativeFolder.TokenizerFolder}/{Path.GetFileName(file)}")]
            : [];
        string[] classes = File.Exists(Path.Combine(path, NativeFolder.ClassesFile)) ? [NativeFolder.ClassesFile] : [];
        if (classes.Length > 0) RequireOwn(path, NativeFolder.ClassesFile);
        return [.. WeightsOf(config).Select(weights => weights.File).Concat([NativeFolder.ConfigFileName, .. vocabulary, .. classes]).Order(StringComparer.Ordinal)];
    }

    /// <summary>Lower-case hex SHA-256 over names and SHA-256s.</summary>
    public static string Digest(string path, IEnumerable<string> files)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
            digest.AppendData(Encoding.UTF8.GetBytes($"{file}\n{FileDigests.Of(Path.Combine(path, file))}\n"));
        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>Refuses a file that is not there.</summary>
    public static void Require(string path, string file)
    {
        if (!File.Exists(Path.Combine(path, file)))
            throw new InvalidDataException($"{PrintableText.Of(path, PrintableText.PathLength)} is not a model folder: it has no {file}");
    }

    // Every step of a chain of links could leave the folder and come back; where it ends is what counts. No folder on the way to it may be a link.
    private static void RequireOwn(string path, string file)
    {
        var link = Path.GetFullPath(Path.Combine(path, file));
        if (File.ResolveLinkTarget(link, returnFinalTarget: true) is not { } target) return;
        var (folder, place) = (Path.GetDirectoryName(link)!, Path.GetDirectoryName(target.FullName)!);
        if (place == folder || (place == CacheOf(folder) && new DirectoryInfo(place).LinkTarget is null)) return;
        throw new InvalidDataException(
            $"{PrintableText.Of(link, PrintableText.PathLength)} is a link to {PrintableText.Of(target.FullName, PrintableText.PathLength)}; allowed: a file of the model folder");
    }

    // models--{owner}--{name}/snapshots/{revision}/{file} leads to models--{owner}--{name}/blobs/{digest}.
    private static string? CacheOf(string folder) =>
        Path.GetDirectoryName(folder) is { } snapshots && Path.GetFileName(snapshots) == "snapshots" && Path.GetDirectoryName(snapshots) is { } repository
            ? Path.Combine(repository, "blobs")
            : null;
}
