using Atelier.Abstractions.Workers;
using Microsoft.Extensions.Logging;

namespace Atelier.Grains.Jobs;

/// <summary>What the job grain writes to the log.</summary>
internal static partial class JobLog
{
    [LoggerMessage(LogLevel.Information, "Job {Job} started with {Samples} samples in {Shards} shards")]
    public static partial void JobStarted(this ILogger logger, string job, long samples, int shards);

    [LoggerMessage(LogLevel.Information, "Job {Job} is drawn in batches of {BatchSize}")]
    public static partial void BatchResolved(this ILogger logger, string job, int batchSize);

    [LoggerMessage(LogLevel.Information, "Job {Job} recovered: {Committed} of {Shards} shards are committed")]
    public static partial void JobRecovered(this ILogger logger, string job, int committed, int shards);

    [LoggerMessage(LogLevel.Warning, "Job {Job} cannot be read; it is tried again")]
    public static partial void JobNotRead(this ILogger logger, Exception? exception, string job);

    [LoggerMessage(LogLevel.Warning, "Job {Job} lacks files that it had; they are made again")]
    public static partial void JobRestored(this ILogger logger, string job);

    [LoggerMessage(LogLevel.Information, "Job {Job} is deleted")]
    public static partial void JobDeleted(this ILogger logger, string job);

    [LoggerMessage(LogLevel.Warning, "What unfinished work has left of job {Job} could not be removed")]
    public static partial void LeftoversLeft(this ILogger logger, Exception exception, string job);

    [LoggerMessage(LogLevel.Warning, "How fast job {Job} was could not be kept")]
    public static partial void HistoryNotKept(this ILogger logger, Exception exception, string job);

    [LoggerMessage(LogLevel.Information, "Job {Job} completed")]
    public static partial void JobCompleted(this ILogger logger, string job);

    [LoggerMessage(LogLevel.Information, "Job {Job} is {Status} now")]
    public static partial void JobChanged(this ILogger logger, string job, string status);

    [LoggerMessage(LogLevel.Warning, "Job {Job} keeps worker {Worker} out: {Reason}")]
    public static partial void WorkerExcluded(this ILogger logger, string job, string worker, string reason);

    [LoggerMessage(LogLevel.Warning, "Job {Job}: {Kind} of shard {Shard} failed, the work set aside: {SetAside}: {Reason}")]
    public static partial void WorkFailed(this ILogger logger, string job, WorkKind kind, int shard, bool setAside, string reason);

    [LoggerMessage(LogLevel.Warning, "Job {Job}: a failure of shard {Shard} is not counted, as the store cannot be written: {Reason}")]
    public static partial void FailureNotCounted(this ILogger logger, Exception exception, string job, int shard, string reason);

    [LoggerMessage(LogLevel.Error, "Job {Job} can give no work; other jobs go on")]
    public static partial void JobNotLeased(this ILogger logger, Exception exception, string job);

    [LoggerMessage(LogLevel.Warning, "Job {Job} cannot reach the dispatcher")]
    public static partial void NoDispatcher(this ILogger logger, Exception exception, string job);

    [LoggerMessage(LogLevel.Warning, "Job {Job} cannot use the store")]
    public static partial void NoStore(this ILogger logger, Exception exception, string job);
}
