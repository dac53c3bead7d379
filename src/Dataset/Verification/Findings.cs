using System.Text.Json.Serialization.Metadata;
using Atelier.Abstractions;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Verification;

/// <summary>Reads files that may be anything, and keeps what is wrong with them until it is told.</summary>
internal sealed class Findings(IStore store, CancellationToken cancellationToken)
{
    /// <summary>Bytes that a small file of a job may have; the largest is a spec with a long negative prompt.</summary>
    public const int MaxSmallBytes = 16 << 20;

    private readonly Queue<JobProblem> _problems = new();

    /// <summary>Problems found so far, told or not.</summary>
    public int Count { get; private set; }

    public void Add(string path, string what)
    {
        // Messages of readers begin with the place, which a problem has already.
        _problems.Enqueue(new JobProblem(path, what.StartsWith(path + " ", StringComparison.Ordinal) ? what[(path.Length + 1)..] : what));
        Count++;
    }

    /// <summary>The problems that were not told yet.</summary>
    public IEnumerable<JobProblem> Take()
    {
        while (_problems.TryDequeue(out var problem)) yield return problem;
    }

    /// <summary>Looks at a file; what makes that impossible becomes a problem, and the default the answer. A store that cannot be reached ends everything.</summary>
    public async Task<T?> LookAsync<T>(string path, Func<Task<T>> look)
    {
        try
        {
            return await look().ConfigureAwait(false);
        }
        catch (FileNotFoundException)
        {
            Add(path, "is missing");
        }
        catch (Exception unusable) when (unusable is InvalidDataException or InvalidInputException)
        {
            Add(path, unusable.Message);
        }
        // Of a folder, such a failure is the file's own: its permissions, a bad sector, a link that leads in a circle.
        catch (Exception unreadable) when (store is DirectoryStore && unreadable is IOException or UnauthorizedAccessException)
        {
            Add(path, $"cannot be read: {unreadable.Message}");
        }
        return default;
    }

    /// <summary>The bytes of a file, or null when there is none or it is no file to be read, which is a problem then.</summary>
    public Task<byte[]?> ReadAsync(string path, int maxBytes) => LookAsync<byte[]?>(path, async () =>
    {
        var stream = await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        if (stream is null) return null;
        await using var _ = stream.ConfigureAwait(false);
        if (stream.Length > maxBytes) throw new InvalidDataException($"has {stream.Length:N0} bytes; at most {maxBytes:N0} are allowed");
        var content = new byte[stream.Length];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
    });

    /// <summary>The value in a small file; null when there is no file, or it is damaged, which is a problem then.</summary>
    public async Task<T?> ReadAsync<T>(string path, JsonTypeInfo<T> type)
        where T : class =>
        await ReadAsync(path, MaxSmallBytes).ConfigureAwait(false) is { } content
            ? await LookAsync(path, () => Task.FromResult(JobJson.Read(content, type, path))).ConfigureAwait(false)
            : null;

    /// <summary>Whether there is a file.</summary>
    public async Task<bool> ExistsAsync(string path)
    {
        var stream = await LookAsync<Stream?>(path, () => store.OpenReadAsync(path, cancellationToken)).ConfigureAwait(false);
        if (stream is null) return false;
        await stream.DisposeAsync().ConfigureAwait(false);
        return true;
    }
}
