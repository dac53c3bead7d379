using System.Security.Cryptography;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Inputs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Staging;

/// <summary>The inputs of a job, <c>inputs/{sha256}.png</c>: named by their content, so that they are the same whoever puts them there and how often.</summary>
public static class JobInputs
{
    /// <summary>Puts an input there, unless it is.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="sha256">Lower-case hex SHA-256 of the content.</param>
    /// <param name="content">The PNG.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The content is empty or too long, or its digest is another.</exception>
    public static async Task AddAsync(
        IStore store, string job, string sha256, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (content.Length is 0 or > JobLimits.MaxInputBytes)
            throw new InvalidInputException($"an input has {content.Length:N0} bytes; allowed: 1 to {JobLimits.MaxInputBytes:N0}");
        var actual = Digest(content.Span);
        if (sha256 != actual) throw new InvalidInputException($"an input has the SHA-256 {actual}, not '{sha256}'");
        var path = JobPaths.Input(job, sha256);
        // A resumed job has them all; to find one is much less work than to write it again in vain.
        var existing = await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (existing is not null) await existing.DisposeAsync().ConfigureAwait(false);
        else await store.TryCreateAsync(path, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads an input.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="sha256">The digest that a row has.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FileNotFoundException">The store does not have it.</exception>
    /// <exception cref="InvalidDataException">Its content is not what it was named after, or no input.</exception>
    public static async Task<InputImage> ReadAsync(IStore store, string job, string sha256, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = JobPaths.Input(job, sha256);
        var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new FileNotFoundException($"{path} is missing", path);
        if (Digest(content) != sha256) throw new InvalidDataException($"{path} is damaged: its SHA-256 is {Digest(content)}");
        try
        {
            return InputImage.Decode(content);
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException($"{path} cannot be used: {damaged.Message}", damaged);
        }
    }

    private static string Digest(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
