using System.Globalization;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;

namespace Atelier.Dataset.Jobs;

/// <summary>Where each file of a job is in the store.</summary>
public static class JobPaths
{
    private const string PartsFolder = "parts";
    private const string StateFolder = "state";

    /// <summary>Spec and incarnation: <c>{job}/job.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Record(string job) => $"{job}/job.json";

    /// <summary>The plan: <c>{job}/plan.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Plan(string job) => $"{job}/plan.json";

    /// <summary>The batch size of a plan that leaves it open: <c>{job}/batch.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Batch(string job) => $"{job}/batch.json";

    /// <summary>The numerics class: <c>{job}/numerics.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Numerics(string job) => $"{job}/numerics.json";

    /// <summary>The folder of the input rows, for listing: <c>{job}/prompts/</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string AllPrompts(string job) => $"{job}/prompts/";

    /// <summary>The folder of the inputs, for listing: <c>{job}/inputs/</c>.</summary>
    /// <param name="job">Name of the job.</param>
    internal static string Inputs(string job) => $"{job}/inputs/";

    /// <summary>A chunk of the input rows: <c>{job}/prompts/00000.jsonl</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="chunk">Zero-based chunk number.</param>
    public static string Prompts(string job, int chunk) => string.Create(CultureInfo.InvariantCulture, $"{job}/prompts/{chunk:D5}.jsonl");

    /// <summary>What is kept of the images that rows inpaint: <c>{job}/inputs/{sha256}.png</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="sha256">Lower-case hex SHA-256 of the file.</param>
    /// <exception cref="ArgumentException">The digest is of another form.</exception>
    public static string Input(string job, string sha256) => JobSpecRules.IsSha256(sha256)
        ? $"{job}/inputs/{sha256}.png"
        : throw new ArgumentException($"'{sha256}' is not the SHA-256 of an input; allowed: 64 hexadecimal digits in lower case", nameof(sha256));

    /// <summary>The folder of the index of row ids, for listing: <c>{job}/ids/</c>.</summary>
    /// <param name="job">Name of the job.</param>
    internal static string RowIds(string job) => $"{job}/ids/";

    /// <summary>A file of the index of row ids: <c>{job}/ids/3f.bin</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="bucket">First byte of the hashes of its ids.</param>
    public static string RowIds(string job, int bucket) => string.Create(CultureInfo.InvariantCulture, $"{job}/ids/{bucket:x2}.bin");

    /// <summary>Says that the index of row ids is complete: <c>{job}/ids/index.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string RowIdIndex(string job) => $"{job}/ids/index.json";

    /// <summary>The folder of the history, for listing: <c>{job}/history/</c>.</summary>
    /// <param name="job">Name of the job.</param>
    internal static string History(string job) => $"{job}/history/";

    /// <summary>How fast the job was within an hour, as one activation has seen it: <c>{job}/history/2026112914-{guid}.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="hour">A time of that hour.</param>
    /// <param name="id">Tells it from what another activation has seen.</param>
    public static string History(string job, DateTimeOffset hour, Guid id) =>
        string.Create(CultureInfo.InvariantCulture, $"{History(job)}{hour.UtcDateTime:yyyyMMddHH}-{id:N}.json");

    /// <summary>The folder of the states, for listing: <c>{job}/state/</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string States(string job) => $"{job}/{StateFolder}/";

    /// <summary>A state of the job, of which the highest number holds: <c>{job}/state/00007.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="number">Number of the state.</param>
    public static string State(string job, int number) => string.Create(CultureInfo.InvariantCulture, $"{job}/{StateFolder}/{number:D5}.json");

    /// <summary>The tar file of an attempt: <c>{job}/attempts/00000/{guid}.tar</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    /// <param name="attempt">The attempt.</param>
    public static string AttemptTar(string job, int shard, Guid attempt) =>
        new AttemptFile(WorkKind.Draw, shard, attempt, AttemptFileKind.Tar).PathIn(job);

    /// <summary>The parquet file of an attempt: <c>{job}/attempts/00000/{guid}.parquet</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    /// <param name="attempt">The attempt.</param>
    public static string AttemptParquet(string job, int shard, Guid attempt) =>
        new AttemptFile(WorkKind.Draw, shard, attempt, AttemptFileKind.Parquet).PathIn(job);

    /// <summary>The folder of the parts of unfinished shards, for listing: <c>{job}/parts/</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Parts(string job) => $"{job}/{PartsFolder}/";

    /// <summary>The folder of the parts of one shard, for listing: <c>{job}/parts/00000/</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    public static string Parts(string job, int shard) => string.Create(CultureInfo.InvariantCulture, $"{job}/{PartsFolder}/{shard:D5}/");

    /// <summary>The folder of the shards, for listing: <c>{job}/shards/</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Shards(string job) => $"{job}/shards/";

    /// <summary>The stats of a shard, whose existence is its commit: <c>{job}/shards/00000.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    public static string ShardStats(string job, int shard) => $"{job}/{ShardStats(shard)}";

    /// <summary>The images of a promoted shard: <c>{job}/shards/00000.tar</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    public static string ShardTar(string job, int shard) => $"{job}/{ShardTar(shard)}";

    /// <summary>The metadata of a promoted shard: <c>{job}/shards/00000.parquet</c>.</summary>
    /// <param name="job">Name of the job.</param>
    /// <param name="shard">Zero-based shard number.</param>
    public static string ShardParquet(string job, int shard) => $"{job}/{ShardParquet(shard)}";

    /// <summary>The failed samples of the whole job: <c>{job}/errors.jsonl</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Errors(string job) => $"{job}/errors.jsonl";

    /// <summary>Counts and digest of the finished job: <c>{job}/summary.json</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Summary(string job) => $"{job}/summary.json";

    /// <summary>The dataset card: <c>{job}/README.md</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string Card(string job) => $"{job}/README.md";

    /// <summary>A picture of some of the images: <c>{job}/contact-sheet.png</c>.</summary>
    /// <param name="job">Name of the job.</param>
    public static string ContactSheet(string job) => $"{job}/contact-sheet.png";

    /// <summary>The name of a sample within its shard, also the stem of its files in the tar: nine digits, more if need be.</summary>
    /// <param name="sample">Number of the sample in the job.</param>
    public static string SampleKey(long sample) => sample.ToString("D9", CultureInfo.InvariantCulture);

    /// <summary>Path of a shard's stats within the job's folder.</summary>
    internal static string ShardStats(int shard) => string.Create(CultureInfo.InvariantCulture, $"shards/{shard:D5}.json");

    /// <summary>Path of a shard's tar file within the job's folder.</summary>
    internal static string ShardTar(int shard) => string.Create(CultureInfo.InvariantCulture, $"shards/{shard:D5}.tar");

    /// <summary>Path of a shard's parquet file within the job's folder.</summary>
    internal static string ShardParquet(int shard) => string.Create(CultureInfo.InvariantCulture, $"shards/{shard:D5}.parquet");
}
