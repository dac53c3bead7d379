using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Access;
using Atelier.Dataset.Attempts;
using Atelier.Dataset.Calibrations;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Closing;
using Atelier.Dataset.Decisions;
using Atelier.Dataset.History;
using Atelier.Dataset.Labels;
using Atelier.Dataset.Plans;
using Atelier.Dataset.RowIds;
using Atelier.Dataset.Staging;
using Atelier.Dataset.StoredModels;
using Atelier.Dataset.Uploads;

namespace Atelier.Dataset.Jobs;

/// <summary>
/// The JSON of a job's files: names in snake_case, text as itself rather than escaped, the same bytes on every machine; and strict when read.
/// </summary>
[JsonSerializable(typeof(AccessKey))]
[JsonSerializable(typeof(AuditLine))]
[JsonSerializable(typeof(Calibration))]
[JsonSerializable(typeof(ErrorLine))]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(JobBatch))]
[JsonSerializable(typeof(JobNumerics))]
[JsonSerializable(typeof(JobOutcome))]
[JsonSerializable(typeof(JobPlan))]
[JsonSerializable(typeof(JobDecision))]
[JsonSerializable(typeof(JobLabels))]
[JsonSerializable(typeof(JobSummary))]
[JsonSerializable(typeof(AttemptNote))]
[JsonSerializable(typeof(ModelManifest))]
[JsonSerializable(typeof(PlanFormat))]
[JsonSerializable(typeof(RateHour))]
[JsonSerializable(typeof(RowIdCounts))]
[JsonSerializable(typeof(ShardStats))]
[JsonSerializable(typeof(PromptLine))]
[JsonSerializable(typeof(UploadedList))]
internal sealed partial class JobJson : JsonSerializerContext
{
    /// <summary>For files that people read: indented.</summary>
    public static JobJson File { get; } = new(MakeOptions(indented: true));

    /// <summary>For files of one object a line.</summary>
    public static JobJson Line { get; } = new(MakeOptions(indented: false));

    /// <summary>The value's bytes, ending with a newline.</summary>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    /// <summary>Reads a value back.</summary>
    /// <exception cref="InvalidInputException">It is not what was written; the message begins with the place.</exception>
    public static T Read<T>(ReadOnlySpan<byte> content, JsonTypeInfo<T> type, string place)
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw new JsonException("The value is null.");
        }
        // Half a surrogate pair, or a number out of range, is told in other words than bad syntax.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException or NotSupportedException or ArgumentException)
        {
            throw new InvalidInputException($"{place} is damaged: {exception.Message}", exception);
        }
    }

    private static JsonStringEnumConverter<T> Enumeration<T>() where T : struct, Enum => new(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);

    private static JsonSerializerOptions MakeOptions(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
        Converters = { Enumeration<AccessScope>(), Enumeration<JobLifecycle>(), Enumeration<JobPriority>(), Enumeration<JobStatus>() },
    };
}
