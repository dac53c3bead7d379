using System.Text;
using Atelier.Dataset.Prompts;

namespace Atelier.Dataset.Tests.Prompts;

[Collection(nameof(Alone))]
public sealed class PromptFileMemoryTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_LargeFile_DoesNotHoldIt()
    {
        using var folder = new TemporaryFolder();
        var line = Encoding.UTF8.GetBytes(new string('x', 99_999) + "\n");
        await using (var file = File.Create(folder.File("prompts.txt")))
        {
            for (var index = 0; index < 500; index++)
                await file.WriteAsync(line, Cancel);
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (rows, most) = (0, 0L);
        await foreach (var row in PromptFile.ReadAsync(folder.File("prompts.txt"), Cancel))
        {
            if (++rows % 100 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.Equal(500, rows);
        Assert.InRange(most, 0, 5 << 20);
    }
}
