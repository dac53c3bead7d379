using Atelier.Dataset.Shards;

namespace Atelier.Dashboard.Samples;

/// <summary>Some samples of a job.</summary>
/// <param name="Data">The samples: the columns of the shards' tables, and where the image is.</param>
/// <param name="Uncommitted">Ranges that were looked at and are not there yet.</param>
/// <param name="Next">The cursor of the next page; null where all were looked at.</param>
/// <param name="Scanned">Samples that were looked at for this page.</param>
/// <param name="Of">Samples that there are to look at in all.</param>
internal sealed record SamplePageView(
    IReadOnlyList<IReadOnlyDictionary<string, object?>> Data, IReadOnlyList<SampleRange> Uncommitted, string? Next, long Scanned, long Of);

/// <summary>A sample as names and values.</summary>
internal static class SampleView
{
    /// <summary>The columns of a sample.</summary>
    public static Dictionary<string, object?> Of(string job, SampleRows rows, int place, IEnumerable<ShardColumn> columns)
    {
        var view = new Dictionary<string, object?> { ["sample"] = rows.FirstSample + place };
        foreach (var column in columns) view[column.Name] = rows.ValueOf(column, place);
        view["image_url"] = view.GetValueOrDefault("status") is SampleStatus.Ok ? SampleLinks.Image(job, (string)view["key"]!, view.GetValueOrDefault("pixel_sha256") as string) : null;
        return view;
    }
}
