using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;
using Atelier.Input;

namespace Atelier.Dataset.StoredModels;

/// <summary>
/// Models in a store, <c>.models/{digest}/files/...</c>, for workers that do not have them. What the digest of a model is, this does not know: who
/// fetches one must compare it.
/// </summary>
public static class StoredModel
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Where a model's list of files is.</summary>
    /// <param name="digest">Digest of the model: 64 hexadecimal digits in lower case.</param>
    /// <exception cref="ArgumentException">The digest is of another form.</exception>
    public static string ManifestPath(string digest) => $"{Folder(digest)}/manifest.json";

    /// <summary>Puts a model into a store, unless it is there. When the task completes, it is whole and durable. Safe to repeat, and for several at once.</summary>
    /// <param name="store">The store.</param>
    /// <param name="digest">Digest of the model.</param>
    /// <param name="folder">Folder of the model.</param>
    /// <param name="files">Its files: paths within the folder, with '/' between segments.</param>
    /// <param name="cancellationToken">Gives up; what was written stays and is not wrong.</param>
    /// <exception cref="InvalidDataException">A file is no regular one or cannot be part of a model, or the store has another one in its place.</exception>
    public static async Task PutAsync(
        IStore store, string digest, string folder, IReadOnlyList<string> files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(files);
        if (await ReadManifestAsync(store, digest, cancellationToken).ConfigureAwait(false) is not null) return;
        var entries = new List<ModelFileEntry>(files.Count);
        foreach (var file in files)
        {
            var source = RegularFile.OpenRead(Path.Combine(folder, file), options: FileOptions.Asynchronous);
            await using var _ = source.ConfigureAwait(false);
            entries.Add(new ModelFileEntry
            {
                Path = file,
                Length = source.Length,
                Sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(source, cancellationToken).ConfigureAwait(false)),
            });
        }
        var manifest = new ModelManifest { Files = entries };
        manifest.Check($"the model in {folder}");
        foreach (var entry in entries)
            await PutAsync(store, FilePath(digest, entry.Path), Path.Combine(folder, entry.Path), entry, cancellationToken).ConfigureAwait(false);
        await store.TryCreateAsync(ManifestPath(digest), JobJson.Write(manifest, JobJson.File.ModelManifest), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies a model out of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="digest">Digest of the model.</param>
    /// <param name="folder">An empty folder for its files, made if it is not there.</param>
    /// <param name="cancellationToken">Gives up; the folder is then of no use.</param>
    /// <returns>False where the store does not have the model.</returns>
    /// <exception cref="InvalidDataException">A file is missing or is not what the list says, or the list names a file that no model has.</exception>
    public static async Task<bool> TryFetchAsync(IStore store, string digest, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (await ReadManifestAsync(store, digest, cancellationToken).ConfigureAwait(false) is not { } manifest) return false;
        foreach (var entry in manifest.Files)
        {
            var path = FilePath(digest, entry.Path);
            var source = await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new InvalidDataException($"{path} is missing");
            await using var _ = source.ConfigureAwait(false);
            var target = Path.Combine(folder, entry.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            await using var __ = file.ConfigureAwait(false);
            if (await CopyAsync(source, file, entry.Length, cancellationToken).ConfigureAwait(false) != entry.Sha256)
                throw new InvalidDataException($"{path} is not the file of {entry.Length} bytes with the SHA-256 {entry.Sha256} that the model's list names");
        }
        return true;
    }

    /// <summary>Digests of the models that are whole, in ordinal order.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async IAsyncEnumerable<string> ListAsync(IStore store, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        await foreach (var entry in store.ListAsync(JobIndex.ModelsFolder + "/", cancellationToken).ConfigureAwait(false))
            if (entry.Path.Split('/') is [_, var digest, "manifest.json"] && JobSpecRules.IsSha256(digest)) yield return digest;
    }

    /// <summary>Its <c>model.json</c>, which says what it is; null where there is none.</summary>
    /// <param name="store">The store.</param>
    /// <param name="digest">Digest of the model.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static Task<byte[]?> ReadConfigAsync(IStore store, string digest, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ReadAsync(FilePath(digest, "model.json"), cancellationToken);
    }

    private static string Folder(string digest) => JobSpecRules.IsSha256(digest)
        ? $"{JobIndex.ModelsFolder}/{digest}"
        : throw new ArgumentException($"'{digest}' is not the digest of a model; allowed: 64 hexadecimal digits in lower case", nameof(digest));

    private static string FilePath(string digest, string file) => $"{Folder(digest)}/files/{file}";

    private static async Task<ModelManifest?> ReadManifestAsync(IStore store, string digest, CancellationToken cancellationToken)
    {
        var path = ManifestPath(digest);
        if (await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) is not { } content) return null;
        try
        {
            var manifest = JobJson.Read(content, JobJson.File.ModelManifest, path);
            manifest.Check(path);
            return manifest;
        }
        catch (InvalidInputException damaged)
        {
            throw new InvalidDataException(damaged.Message, damaged);
        }
    }

    private static async Task PutAsync(IStore store, string path, string source, ModelFileEntry entry, CancellationToken cancellationToken)
    {
        var existing = await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (existing is null)
        {
            var writer = await store.OpenWriterAsync(path, cancellationToken).ConfigureAwait(false);
            await using var _ = writer.ConfigureAwait(false);
            var file = RegularFile.OpenRead(source, options: FileOptions.Asynchronous);
            await using var __ = file.ConfigureAwait(false);
            if (await CopyAsync(file, writer.Stream, entry.Length, cancellationToken).ConfigureAwait(false) != entry.Sha256)
                throw new InvalidDataException($"{source} has changed while it was read");
            if (await writer.CompleteAsync(cancellationToken).ConfigureAwait(false)) return;
            existing = await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new InvalidDataException($"{path} has vanished");
        }
        // Left by an upload that was interrupted, or made by one that goes on beside this.
        await using var ___ = existing.ConfigureAwait(false);
        if (await CopyAsync(existing, Stream.Null, entry.Length, cancellationToken).ConfigureAwait(false) != entry.Sha256)
            throw new InvalidDataException($"the store has another file as {path}; delete it");
    }

    /// <summary>Copies a file of a known length, and says its SHA-256; null where it is shorter or longer, as soon as that is known.</summary>
    private static async Task<string?> CopyAsync(Stream source, Stream target, long length, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var left = length;
        while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            left -= read;
            if (left < 0) return null;
            hash.AppendData(buffer, 0, read);
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
        return left == 0 ? Convert.ToHexStringLower(hash.GetHashAndReset()) : null;
    }
}
