using System.Globalization;
using System.Text.Json.Serialization;

namespace Atelier.Abstractions.Jobs;

/// <summary>
/// A size in samples as a spec gives it: a number, or who chooses one. By default it is the job, see <see cref="JobSizes"/>; a batch size may also be
/// left to the device of the first worker.
/// </summary>
[GenerateSerializer, Immutable, Alias("atelier.SizeChoice"), JsonConverter(typeof(SizeChoiceJson))]
public readonly record struct SizeChoice
{
    /// <summary>The word for <see cref="ByJob"/>.</summary>
    public const string ByJobWord = "by-job";

    /// <summary>The word for <see cref="ByDevice"/>.</summary>
    public const string ByDeviceWord = AutoBatch.Word;

    /// <summary>The plan chooses, from the number of the job's samples alone: <c>by-job</c>.</summary>
    public static SizeChoice ByJob => default;

    /// <summary>What suits the device of the first worker to get a lease: <c>auto</c>.</summary>
    public static SizeChoice ByDevice => new() { IsByDevice = true };

    /// <summary>The number; null where there is none.</summary>
    [Id(0)] public int? Number { get; init; }

    /// <summary>Whether a device chooses.</summary>
    [Id(1)] public bool IsByDevice { get; init; }

    /// <summary>Whether the job chooses.</summary>
    public bool IsByJob => Number is null && !IsByDevice;

    /// <summary>A number is a choice.</summary>
    /// <param name="number">The number.</param>
    public static implicit operator SizeChoice(int number) => new() { Number = number };

    /// <summary>The choice that <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is neither a number nor one of the words.</exception>
    public static SizeChoice Parse(string text) => text switch
    {
        ByJobWord => ByJob,
        ByDeviceWord => ByDevice,
        _ => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture),
    };

    /// <summary>The number, or the word.</summary>
    public override string ToString() => Number?.ToString(CultureInfo.InvariantCulture) ?? (IsByDevice ? ByDeviceWord : ByJobWord);
}
