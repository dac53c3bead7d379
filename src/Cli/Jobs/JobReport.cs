using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Atelier.Abstractions.Jobs;
using Spectre.Console;

namespace Atelier.Cli.Jobs;

/// <summary>Jobs as text for people, and as JSON for scripts.</summary>
internal static class JobReport
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>An object in one line: names in snake_case, times in ISO 8601, spans in seconds.</summary>
    public static string ToJson<T>(T value) => JsonSerializer.Serialize(value, Format);

    /// <summary>A job's progress as JSON.</summary>
    public static string ToJson(JobProgress job) => ToJson(new
    {
        job.JobId,
        job.Status,
        job.Code,
        job.Message,
        job.Stage,
        job.Samples,
        job.Finished,
        Drawn = Math.Round(job.Drawn, 2),
        job.Failed,
        job.Truncated,
        job.BatchSize,
        job.ShardSize,
        job.Shards,
        job.ShardsFinished,
        job.ShardsLeased,
        ShardsSetAside = job.SetAside,
        job.Workers,
        WorkersKeptOut = job.KeptOut,
        ImagesPerSecond = Math.Round(job.ImagesPerSecond, 3),
        EtaSeconds = Seconds(job.Eta),
        EtaLowSeconds = Seconds(job.EtaLow),
        EtaHighSeconds = Seconds(job.EtaHigh),
        job.Submitter,
        job.Priority,
        job.Weight,
        job.Created,
        Final = job.IsFinal,
    });

    private static double? Seconds(TimeSpan? span) => span is { } known ? Math.Round(known.TotalSeconds) : null;

    /// <summary>A job's progress in lines of name and value.</summary>
    public static IEnumerable<string> ToLines(JobProgress job)
    {
        yield return Line("job", job.JobId);
        yield return Line("status", Word(job.Status));
        if (job.Message is not null) yield return Line("says", job.Message);
        if (job.Stage.Describe() is { } doing) yield return Line("doing", doing);
        if (job.Samples > 0)
        {
            yield return Line("samples", string.Create(CultureInfo.InvariantCulture, $"{job.Finished:N0} of {job.Samples:N0} finished, {job.Drawn:N0} drawn, {job.Failed:N0} failed, {job.Truncated:N0} cut"));
            yield return Line("shards", string.Create(CultureInfo.InvariantCulture, $"{job.ShardsFinished:N0} of {job.Shards:N0} finished, {job.ShardsLeased:N0} leased, {job.SetAside:N0} set aside"));
            yield return Line("batch", $"{(job.BatchSize is { } batch ? Samples(batch) : $"{AutoBatch.Word}, not known yet")}; shards of {Samples(job.ShardSize)}");
            yield return Line("workers", string.Create(CultureInfo.InvariantCulture, $"{job.Workers}, {job.ImagesPerSecond:0.00} images/s{(job.Eta is { } eta && !job.IsFinal ? $", {ProgressDisplay.Duration(eta)} left" : "")}"));
        }
        yield return Line("priority", $"{Word(job.Priority)}, weight {job.Weight}{(job.Submitter.Length > 0 ? $", submitted by {job.Submitter}" : "")}");
        if (job.Created is { } created) yield return Line("created", created.ToString("u", CultureInfo.InvariantCulture));
    }

    /// <summary>The columns of a listing.</summary>
    public static Table ToTable() => new Table().Border(TableBorder.Simple)
        .AddColumns("job", "status", "samples", "finished", "failed", "images/s", "left", "priority", "submitter");

    /// <summary>A job's row of a listing.</summary>
    public static string[] ToRow(JobProgress job) =>
    [
        Markup.Escape(job.JobId),
        Word(job.Status),
        job.Samples.ToString("N0", CultureInfo.InvariantCulture),
        job.Finished.ToString("N0", CultureInfo.InvariantCulture),
        job.Failed.ToString("N0", CultureInfo.InvariantCulture),
        job.ImagesPerSecond.ToString("0.00", CultureInfo.InvariantCulture),
        job.Eta is { } eta && !job.IsFinal ? ProgressDisplay.Duration(eta) : "",
        Word(job.Priority),
        Markup.Escape(job.Submitter),
    ];

    /// <summary>What a job's end comes to for the shell.</summary>
    public static int ExitCode(JobProgress job) => job.Status switch
    {
        JobStatus.Unknown => ExitCodes.InvalidInput,
        JobStatus.Failed => ExitCodes.Failed,
        JobStatus.Cancelled => ExitCodes.Cancelled,
        JobStatus.Completed when job.Failed > 0 => ExitCodes.SomeSamplesFailed,
        _ => ExitCodes.Success,
    };

    private static string Word<T>(T value) where T : Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static string Samples(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "sample" : "samples")}");

    private static string Line(string name, string value) => $"{name,-10}{value}";
}
