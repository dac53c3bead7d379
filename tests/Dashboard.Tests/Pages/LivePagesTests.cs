using Atelier.Dashboard.Pages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Atelier.Dashboard.Tests.Pages;

public sealed class LivePagesTests
{
    [Fact]
    public async Task Address_IsReadAndRenderedOnce_HoweverManyLook()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var services = new ServiceCollection().BuildServiceProvider();
        var pages = new LivePages(new HtmlWriter(services, NullLoggerFactory.Instance), TimeProvider.System);
        var (reads, renders) = (0, 0);

        var seen = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => pages.GetAsync("/jobs/live", ReadAsync, cancel)));

        Assert.Equal((1, 1), (reads, renders));
        Assert.All(seen, parts => Assert.Equal(("a", "<p id=\"a\">1</p>"), Assert.Single(parts)));
        await pages.GetAsync("/jobs/live?q=x", ReadAsync, cancel);
        Assert.Equal((2, 2), (reads, renders));

        Task<IReadOnlyList<LivePart>> ReadAsync(CancellationToken cancellationToken)
        {
            var read = ++reads;
            return Task.FromResult<IReadOnlyList<LivePart>>([new LivePart("a", builder =>
            {
                renders++;
                builder.AddMarkupContent(0, $"<p id=\"a\">{read}</p>");
            })]);
        }
    }
}
