using System.Text.Json.Serialization;
using Atelier.Abstractions;

namespace Atelier.Dataset.Labels;

/// <summary>What people have written on a job, so that they find it again; numbered and create-only, <c>.labels/{job}/00000.json</c> and so on, and the highest number holds.</summary>
// A newer program may say more; nothing here can make a sample another one.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record JobLabels
{
    /// <summary>Most labels of a job.</summary>
    public const int MaxLabels = 20;

    private const int MaxLabel = 60;
    private const int MaxNote = 2000;

    /// <summary>When the job was created that this is about: another may have its name later.</summary>
    public required DateTimeOffset JobCreated { get; init; }

    /// <summary>The labels, each once, in ordinal order.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>A note in words; empty for none.</summary>
    public string Note { get; init; } = "";

    /// <summary>Who wrote this.</summary>
    public required string By { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset Changed { get; init; }

    /// <summary>Labels as they are kept.</summary>
    /// <param name="labels">Labels in any order.</param>
    /// <exception cref="InvalidInputException">One is not allowed, or there are too many.</exception>
    public static IReadOnlyList<string> Check(IReadOnlyCollection<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count > MaxLabels) throw new InvalidInputException($"there are {labels.Count} labels; allowed: up to {MaxLabels}");
        foreach (var label in labels)
        {
            if (label is null || label.Length is 0 or > MaxLabel || label != label.Trim() || label.Any(character => character == ',' || char.IsControl(character)))
                throw new InvalidInputException($"label is '{label}'; allowed: 1 to {MaxLabel} characters, no comma and no control character, and no space at its ends");
        }
        return [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>A note as it is kept.</summary>
    /// <param name="note">The note.</param>
    /// <exception cref="InvalidInputException">It is not allowed.</exception>
    public static string CheckNote(string note)
    {
        ArgumentNullException.ThrowIfNull(note);
        if (note.Length > MaxNote || note.Any(character => char.IsControl(character) && character is not ('\n' or '\t')))
            throw new InvalidInputException($"the note has {note.Length} characters; allowed: up to {MaxNote}, none of them a control character but for tabs and the ends of lines");
        return note;
    }
}
