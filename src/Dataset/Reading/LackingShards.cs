using System.Globalization;
using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Reading;

/// <summary>Shards of a finished job that lack images.</summary>
public static class LackingShards
{
    /// <summary>Finds them by <c>errors.jsonl</c>, in bounded memory but for four bytes each.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Their numbers, ascending; none where there is no such file.</returns>
    /// <exception cref="InvalidInputException">A line of the file is damaged.</exception>
    public static async Task<IReadOnlyList<int>> FindAsync(IStore store, string job, JobPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(plan);
        var path = JobPaths.Errors(job);
        if (await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false) is not { } stream) return [];
        await using var _ = stream.ConfigureAwait(false);
        using var reader = new StreamReader(stream);
        var shards = new SortedSet<int>();
        for (var line = 1; await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } text; line++)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{path} line {line}");
            var key = JobJson.Read(System.Text.Encoding.UTF8.GetBytes(text), JobJson.Line.ErrorLine, place).Key;
            if (!long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var sample) || sample >= plan.Samples)
                throw new InvalidInputException($"{place} is damaged: it has the key '{Input.PrintableText.Of(key)}'; the job has {plan.Samples} samples.");
            shards.Add((int)(sample / plan.ShardSize));
        }
        return [.. shards];
    }
}
