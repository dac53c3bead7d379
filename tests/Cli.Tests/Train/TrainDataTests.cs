using System.Diagnostics;
using Atelier.Abstractions.Shards;
using Atelier.Dataset.Images;
using Atelier.Shapes;

namespace Atelier.Cli.Tests.Train;

/// <summary>Data and run folders that are not as they should be: what <c>train</c> says, and that nothing trained is lost.</summary>
public sealed class TrainDataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TrainDataTests()
    {
        TinyModel.WriteConfig(_folder["model.json"]);
        Directory.CreateDirectory(_folder["data"]);
        for (var i = 0; i < 4; i++) WritePair($"{i}", 20 + i);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_OnImages_SaysHowManyAndWhatIsLeftAside()
    {
        File.WriteAllText(_folder["data", "._0.png"], "companion");
        File.WriteAllText(_folder["data", "\e[31m.gif"], "red");

        var (code, output, error) = await TrainAsync(1);

        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith(
            $"{_folder["data"]}: 4 images with captions\nleft aside: AppleDouble companions 1 (._0.png), files of other kinds 1 (\uFFFD[31m.gif)\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_AnImageCutShort_IsRefusedBeforeAnythingIsMade()
    {
        Cut("2");

        var (code, _, error) = await TrainAsync(4);

        Assert.Equal((2, $"{_folder["data", "2.png"]} cannot be used: the image in it cannot be decoded (IncompleteInput)."), (code, error));
        Assert.False(Directory.Exists(_folder["run"]));
        WritePair("2", 22);
        Assert.Equal(0, (await TrainAsync(4)).ExitCode);
    }

    [Fact]
    public async Task Train_AnImageMendedAfterTheRunBegan_GoesOn()
    {
        await TrainAsync(2);
        Cut("2");
        var before = File.ReadAllBytes(_folder["run", "checkpoint.safetensors"]);
        Assert.Equal(2, (await TrainAsync(4)).ExitCode);
        Assert.Equal(before, File.ReadAllBytes(_folder["run", "checkpoint.safetensors"]));

        WritePair("2", 40);
        var (code, output, _) = await TrainAsync(4);

        Assert.Equal(0, code);
        Assert.Contains("going on after step 2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_OtherCaptions_AreOtherData()
    {
        await TrainAsync(1);
        File.WriteAllText(_folder["data", "2.txt"], "something else");
        var (code, _, error) = await TrainAsync(2);
        Assert.Equal(2, code);
        Assert.Contains("data.digest was ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_ANamedPipeAmongTheImages_IsRefusedAtOnce()
    {
        MakePipe(_folder["data", "5.png"]);
        File.WriteAllText(_folder["data", "5.txt"], "five");
        var (code, _, error) = await TrainAsync(1);
        Assert.Equal((2, $"{_folder["data", "5.png"]} is a named pipe; allowed: a regular file"), (code, error));
    }

    [Theory]
    [InlineData("data", "run")]
    [InlineData("data", "")]
    [InlineData("other", "../data/inner/run")]
    public async Task Train_OutWithinData_IsRefusedBeforeAnythingIsMade(string folder, string run)
    {
        var (code, _, error) = await CommandLine.RunAsync(
            "train", _folder["model.json"], "--out", _folder[folder, run], "--data", _folder["data"], "--steps", "1", "--batch", "2");

        Assert.Equal((2, $"--out is '{_folder[folder, run]}', which lies within --data '{_folder["data"]}' and would become data; choose another"), (code, error));
        Assert.Equal(8, Directory.GetFileSystemEntries(_folder["data"]).Length);
        Assert.False(Directory.Exists(_folder["other"]));
    }

    [Fact]
    public async Task Train_OutBesideDataOfTheSameBeginning_IsAllowed()
    {
        var (code, _, _) = await CommandLine.RunAsync(
            "train", _folder["model.json"], "--out", _folder["data-run"], "--data", _folder["data"], "--steps", "1", "--batch", "2");
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("loss.csv", "step,loss\n1,2\n", "loss.csv line 1 is 'step,loss'; allowed: step,loss,")]
    [InlineData("loss.csv", "HEADER\n1,2,3,4,5,6\nx\n2,2,3,4,5,6\n", "loss.csv line 3 is 'x'; allowed: numbers for step,loss,")]
    [InlineData("loss.csv", "HEADER\n1,NaN,3,4,5,6\n", "loss.csv line 2 is '1,NaN,3,4,5,6'; allowed: ")]
    [InlineData("loss.csv", "HEADER\n2,2,3,4,5,6\n1,2,3,4,5,6\n", "loss.csv line 3 is '1,2,3,4,5,6'; allowed: ")]
    [InlineData("loss.csv", "HEADER\n\e[31m\n", "loss.csv line 2 is '\uFFFD[31m'; allowed: ")]
    [InlineData("captions.csv", "HEADER\n1,0,0.5,1,,2\n2,0,0.5,1,wrong,2\n", "captions.csv line 3 is '2,0,0.5,1,wrong,2'; allowed: ")]
    [InlineData("captions.csv", "what\n", "captions.csv line 1 is 'what'; allowed: step,snr_from")]
    [InlineData("training.json", "{", "training.json is not a training record: ")]
    [InlineData("training.json", "{}", "training.json is not a training record: it has no object 'fixed'")]
    [InlineData("training.json", "null", "training.json is not a training record: ")]
    [InlineData("training.json", "[1]", "training.json is not a training record: ")]
    [InlineData("training.json", """{"fixed": 5}""", "training.json is not a training record: ")]
    [InlineData("training.json", """{"fixed": {"seed": 1, "seed": 2}}""", "training.json is not a training record: ")]
    [InlineData("training.json", """{"fixed": {"seed": "\u001b[31m"}}""", "seed was \"\\u001B[31m\" and is 0 now")]
    public async Task Train_AGarbledFileOfTheRun_IsRefusedByName(string name, string content, string message)
    {
        await TrainAsync(2);
        var path = _folder["run", name];
        File.WriteAllText(path, content.Replace("HEADER", File.ReadLines(path).First()));
        var checkpoint = File.ReadAllBytes(_folder["run", "checkpoint.safetensors"]);

        var (code, _, error) = await TrainAsync(3);

        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', error);
        Assert.Equal(checkpoint, File.ReadAllBytes(_folder["run", "checkpoint.safetensors"]));
    }

    [Theory]
    [InlineData("loss.csv")]
    [InlineData("captions.csv")]
    [InlineData("training.json")]
    public async Task Train_ANamedPipeInTheRun_IsRefusedAtOnce(string name)
    {
        await TrainAsync(1);
        File.Delete(_folder["run", name]);
        MakePipe(_folder["run", name]);
        var (code, _, error) = await TrainAsync(2);
        Assert.Equal((2, $"{_folder["run", name]} is a named pipe; allowed: a regular file"), (code, error));
    }

    [Fact]
    public async Task Train_AStrangersRecordOfManyFields_IsRefusedInFewWords()
    {
        await TrainAsync(1);
        var fields = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"{i}\": \"{new string('x', 30)}\""));
        File.WriteAllText(_folder["run", "training.json"], "{\"fixed\": {" + fields + "}}");
        var (code, _, error) = await TrainAsync(2);
        Assert.Equal(2, code);
        Assert.InRange(error.Length, 100, 3000);
        Assert.Matches("; and [0-9]+ more; choose another --out$", error);
    }

    private Task<(int ExitCode, string Output, string Error)> TrainAsync(int steps) => CommandLine.RunAsync(
        "train", _folder["model.json"], "--out", _folder["run"], "--data", _folder["data"], "--steps", $"{steps}", "--batch", "2", "--threads", "1");

    private void Cut(string name)
    {
        using var file = File.OpenWrite(_folder["data", $"{name}.png"]);
        file.SetLength(file.Length / 2);
    }

    private void WritePair(string name, int size)
    {
        var scenes = new SceneSource(5, SceneSplit.Training, maxObjects: 1);
        var image = new RgbImage(size, size, SceneRenderer.Render(scenes[0], size));
        File.WriteAllBytes(_folder["data", $"{name}.png"], ImageEncoder.Encode(image, ImageFormats.Png, 95));
        File.WriteAllText(_folder["data", $"{name}.txt"], scenes.Captioned(0).Caption);
    }

    private static void MakePipe(string path)
    {
        using var made = Process.Start("mkfifo", path);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }
}
