using System.Formats.Tar;
using System.Globalization;
using Atelier.Dataset.Images;

namespace Atelier.EndToEnd.FineTuning;

/// <summary>The shipped model learns what it has never seen from a folder of images. docs/fine-tuning.md tells of this experiment.</summary>
[Collection(nameof(Alone))]
public sealed class FineTuneTests
{
    private static readonly string[] OfTeal =
    [
        "a teal circle on a white background", "a small teal square on a white background", "a teal ring on a white background",
        "a teal star on a black background", UnshownOnBlack, UnshownOnWhite,
    ];

    private static readonly string[] OfKnownColours =
    [
        "a red circle on a white background", "a blue square on a gray background", "a green triangle on a black background",
        "an orange diamond on a white background", "a purple ring on a mint background", "a pink heart on a gray background",
        "a cyan cross on a maroon background", "a yellow ring on a black background",
    ];

    // The combination that no image shows.
    private const string UnshownOnBlack = "a teal heart on a black background", UnshownOnWhite = "a large teal heart on a white background";

    [Fact]
    public async Task FineTunedOnImagesOfANewColour_TheShippedModelLearnsItsNameAndKeepsTheOthers()
    {
        using var folder = new TemporaryFolder();
        Teal.WriteImages(folder["images"]);
        // Rows decide seeds: those of teal are the same in both lists.
        var teal = OfTeal.SelectMany(prompt => Enumerable.Repeat(prompt, 4)).ToArray();
        var known = OfKnownColours.SelectMany(prompt => Enumerable.Repeat(prompt, 2)).ToArray();

        var before = await DrawAsync(folder, Models.Shapes, "before", teal);
        await SucceedAsync(
            "train", Models.Shapes, "--data", folder["images"], "--out", folder["run"], "--steps", "100", "--batch", "16", "--learning-rate", "0.001",
            "--warmup", "10", "--ema-decay", "0.95", "--min-snr-gamma", "5", "--threads", "2", "--replicas", "2");
        var after = await DrawAsync(folder, Path.Combine(folder["run"], "model"), "after", [.. teal, .. known]);

        Report("before", before);
        Report("after", after);
        // Seen were 2, 24, 8 and 16; processors that round otherwise, and better base models, need some room.
        Assert.InRange(before.Count(sample => sample.Colour == Teal.Name), 0, 7);
        Assert.InRange(after.Take(teal.Length).Count(sample => sample.Colour == Teal.Name), 17, 24);
        Assert.InRange(after.Count(sample => sample.Prompt is UnshownOnBlack or UnshownOnWhite && sample.Colour == Teal.Name), 5, 8);
        Assert.InRange(after.Skip(teal.Length).Count(sample => sample.Prompt.Split(' ').Contains(sample.Colour)), 11, 16);
    }

    private static async Task<List<(string Prompt, string Colour)>> DrawAsync(TemporaryFolder folder, string model, string name, string[] prompts)
    {
        var list = folder.Write($"{name}.txt", string.Concat(prompts.Select(prompt => prompt + "\n")));
        await SucceedAsync("run", list, "--model", model, "--out", folder[name], "--guidance", "3", "--steps", "15", "--sampler", "ddim", "--workers", "2", "--no-upsample");
        var samples = new List<(string, string)>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder[name], "shards"), "*.tar").Order(StringComparer.Ordinal))
        {
            using var tar = new TarReader(File.OpenRead(file));
            while (tar.GetNextEntry() is { } entry)
            {
                if (Path.GetExtension(entry.Name) != ".png") continue;
                var content = new byte[entry.Length];
                entry.DataStream!.ReadExactly(content);
                samples.Add((prompts[int.Parse(Path.GetFileNameWithoutExtension(entry.Name), CultureInfo.InvariantCulture)], Teal.ColourOf(ImageDecoder.Decode(content))));
            }
        }
        Assert.Equal(prompts.Length, samples.Count);
        return samples;
    }

    private static async Task SucceedAsync(params string[] arguments)
    {
        var (exitCode, output, error) = await RunningProcess.AtelierAsync(arguments);
        Assert.True(exitCode == 0, output + error);
    }

    private static void Report(string when, List<(string Prompt, string Colour)> samples) =>
        TestContext.Current.TestOutputHelper!.WriteLine($"{when}:\n" + string.Join('\n', samples
            .GroupBy(sample => sample.Prompt, (prompt, of) => $"  {prompt}: {string.Join(", ", of.Select(sample => sample.Colour))}")));
}
