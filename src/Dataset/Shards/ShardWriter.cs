using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Images;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Shards;

/// <summary>
/// Writes one attempt at a shard: a tar file with the images, streamed to the store, and a parquet file with a row for every sample. The
/// bytes depend on the samples, the spec and the plan only: every attempt that makes the same samples writes the same files. Disposed
/// before it is completed, it leaves nothing.
/// </summary>
public sealed class ShardWriter : IAsyncDisposable
{
    private readonly ShardAttempt _attempt;
    private readonly StoreWriter _tarFile;
    private readonly StoreWriter _parquetFile;
    private readonly HashingStream _tarStream;
    private readonly HashingStream _parquetStream;
    private readonly ShardTar _tar;
    private readonly List<ShardRow> _rows = [];

    private ShardWriter(ShardAttempt attempt, StoreWriter tarFile, StoreWriter parquetFile)
    {
        (_attempt, _tarFile, _parquetFile) = (attempt, tarFile, parquetFile);
        _tarStream = new HashingStream(tarFile.Stream);
        _parquetStream = new HashingStream(parquetFile.Stream);
        _tar = new ShardTar(_tarStream);
    }

    /// <summary>The sample that <see cref="AddAsync"/> takes next.</summary>
    public long NextSample => _attempt.Plan.FirstSample(_attempt.Shard) + _rows.Count;

    /// <summary>Begins an attempt.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The plan has a format of shards that this version does not know.</exception>
    public static async Task<ShardWriter> OpenAsync(IStore store, ShardAttempt attempt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(attempt);
        JobPlan.CheckShardFormat(attempt.Plan.ShardFormat, $"job '{attempt.Job}'");
        var tarFile = await store.OpenWriterAsync(attempt.TarPath, cancellationToken).ConfigureAwait(false);
        try
        {
            return new ShardWriter(attempt, tarFile, await store.OpenWriterAsync(attempt.ParquetPath, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await tarFile.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Encodes and writes the next sample. After an exception the attempt is of no more use.</summary>
    /// <param name="result">The sample numbered <see cref="NextSample"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">It is another sample, or has not exactly one of image and error.</exception>
    public async Task AddAsync(SampleResult result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(result);
        Check(result);
        var spec = _attempt.Spec;
        var content = result.Image is null ? null : ImageEncoder.Encode(result.Image, spec.Format, spec.Quality);
        var row = new ShardRow
        {
            Key = JobPaths.SampleKey(result.Sample),
            Id = result.Row.Id,
            Prompt = result.Row.Prompt,
            Row = result.Row.Index,
            Image = result.ImageOrdinal,
            Seed = result.Seed,
            RowSeed = result.Row.Seed,
            GuidanceScale = result.GuidanceScale,
            NegativePrompt = result.NegativePrompt,
            Label = result.Row.Label,
            Class = result.Class,
            ClassifierScale = result.ClassifierScale,
            InputSha256 = result.Row.InputSha256,
            Sampler = spec.Sampler,
            Steps = spec.Steps,
            Eta = spec.Eta,
            Model = spec.Model,
            ModelDigest = spec.ModelDigest,
            Format = spec.Format,
            Tokens = result.Tokens,
            Truncated = result.Truncated,
            Status = content is null ? SampleStatus.Failed : SampleStatus.Ok,
            ErrorCode = result.ErrorCode,
            ErrorMessage = result.ErrorMessage,
            Width = result.Image?.Width,
            Height = result.Image?.Height,
            Bytes = content?.Length,
            ImageOffset = content is null ? null : _tar.NextImageOffset,
            PixelSha256 = result.Image?.Sha256(),
        };
        if (content is not null)
            await _tar.AddAsync(row, content, cancellationToken).ConfigureAwait(false);
        _rows.Add(row);
    }

    /// <summary>Finishes both files.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What to commit. Both files are durable under the attempt's names.</returns>
    /// <exception cref="InvalidOperationException">Not all samples of the shard were added.</exception>
    public async Task<ShardStats> CompleteAsync(CancellationToken cancellationToken = default)
    {
        var expected = _attempt.Plan.SamplesIn(_attempt.Shard);
        if (_rows.Count != expected)
            throw new InvalidOperationException($"Shard {_attempt.Shard} has {expected} samples; {_rows.Count} were added.");

        await _tar.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await ShardTable.WriteAsync(_parquetStream, _rows, cancellationToken).ConfigureAwait(false);
        await CompleteAsync(_tarFile, _attempt.TarPath, cancellationToken).ConfigureAwait(false);
        await CompleteAsync(_parquetFile, _attempt.ParquetPath, cancellationToken).ConfigureAwait(false);

        var failed = _rows.Where(row => row.Status == SampleStatus.Failed).ToList();
        return new ShardStats
        {
            Shard = _attempt.Shard,
            Incarnation = _attempt.Incarnation,
            Attempt = _attempt.Attempt,
            FirstSample = _attempt.Plan.FirstSample(_attempt.Shard),
            Samples = _rows.Count,
            Failed = failed.Count,
            Truncated = _rows.Count(row => row.Truncated),
            Errors = new SortedDictionary<string, int>(
                failed.GroupBy(row => row.ErrorCode!).ToDictionary(group => group.Key, group => group.Count()), StringComparer.Ordinal),
            TarSha256 = _tarStream.Sha256(),
            TarBytes = _tarStream.Length,
            ParquetSha256 = _parquetStream.Sha256(),
            ParquetBytes = _parquetStream.Length,
            NumericsClass = _attempt.NumericsClass,
        };
    }

    /// <summary>Drops what was written, unless it was completed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tarFile.DisposeAsync().ConfigureAwait(false);
        await _parquetFile.DisposeAsync().ConfigureAwait(false);
        await _tarStream.DisposeAsync().ConfigureAwait(false);
        await _parquetStream.DisposeAsync().ConfigureAwait(false);
    }

    private void Check(SampleResult result)
    {
        if (result.Sample != NextSample || _rows.Count == _attempt.Plan.SamplesIn(_attempt.Shard))
            throw new ArgumentException($"Sample {result.Sample} was given to shard {_attempt.Shard}, which awaits {NextSample}.", nameof(result));
        if (result.Image is null == result.ErrorCode is null)
            throw new ArgumentException($"Sample {result.Sample} needs either an image or an error code.", nameof(result));
    }

    private static async Task CompleteAsync(StoreWriter file, string path, CancellationToken cancellationToken)
    {
        if (!await file.CompleteAsync(cancellationToken).ConfigureAwait(false))
            throw new IOException($"The store has '{path}' already; every attempt needs a name of its own.");
    }
}
