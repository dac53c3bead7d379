using Atelier.Dashboard.Samples;
using Atelier.Dataset.Images;

namespace Atelier.Dashboard.Tests.Samples;

public sealed class ThumbnailsTests
{
    [Fact]
    public async Task Get_TheSameImage_MakesItOnce_AndAgainAfterAFault()
    {
        using var thumbnails = new Thumbnails();
        var reads = 0;
        var image = ImageEncoder.Encode(new RgbImage(512, 512, new byte[3 * 512 * 512]), "png", 95);
        await Assert.ThrowsAsync<IOException>(() => thumbnails.GetAsync("a", () => throw new IOException("the store is away"), TestContext.Current.CancellationToken));

        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => thumbnails.GetAsync("a", ReadAsync, TestContext.Current.CancellationToken)));

        Assert.Equal(1, reads);
        Assert.All(all, made => Assert.Same(all[0], made));
        var small = ImageDecoder.Decode(all[0]);
        Assert.Equal((256, 256), (small.Width, small.Height));

        Task<byte[]> ReadAsync()
        {
            Interlocked.Increment(ref reads);
            return Task.FromResult(image);
        }
    }
}
