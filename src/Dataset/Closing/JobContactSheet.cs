using System.Globalization;
using Atelier.Dataset.ContactSheets;
using Atelier.Dataset.Images;
using Atelier.Dataset.Shards;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Closing;

/// <summary>Draws the contact sheet of a job: images spread evenly over all that it made.</summary>
internal static class JobContactSheet
{
    /// <summary>The sheet as a PNG file, or null for a job without an image.</summary>
    public static async Task<byte[]?> RenderAsync(
        IStore store, string job, JobSummary summary, IReadOnlyList<int> imagesOfShards, CancellationToken cancellationToken)
    {
        var shown = (int)Math.Min(ContactSheet.MaxImages, summary.Images);
        if (shown == 0)
            return null;
        var chosen = Enumerable.Range(0, shown).Select(index => summary.Images * index / shown).ToHashSet();
        var images = new List<ContactSheetImage>(shown);
        var first = 0L;
        for (var shard = 0; shard < imagesOfShards.Count; shard++)
        {
            var (from, to) = (first, first + imagesOfShards[shard]);
            if (chosen.Any(image => image >= from && image < to))
            {
                var stats = await JobClosing.ReadStatsAsync(store, job, shard, cancellationToken).ConfigureAwait(false);
                await foreach (var image in ShardReader
                    .ReadImagesAsync(store, job, stats, position => chosen.Contains(from + position), cancellationToken).ConfigureAwait(false))
                    images.Add(new ContactSheetImage(image.Prompt, ImageDecoder.Decode(image.Content)));
            }
            first = to;
        }
        var all = summary.Images.ToString("N0", CultureInfo.InvariantCulture);
        var title = shown == summary.Images ? $"{summary.Spec.Model}: {all} images" : $"{summary.Spec.Model}: {shown} of {all} images";
        return ContactSheet.Render(images, title);
    }
}
