using Atelier.Abstractions.Shards;
using Atelier.Cli.Train;
using Atelier.Dataset.Images;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Training;
using Atelier.Shapes;

namespace Atelier.Cli.Tests.Train;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Train_FromScratch_WritesEveryFile()
    {
        var (code, output, error) = await TrainAsync(4, "--checkpoint-every", "2", "--min-snr-gamma", "1");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("step 4 of 4, loss ", output, StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3", "4"], StepsOf(_folder["run", "loss.csv"]));
        Assert.True(Picture.Colours(_folder["run", "loss.png"]) > 50);
        Assert.True(File.Exists(_folder["run", "checkpoint.safetensors"]));
        Assert.True(File.Exists(_folder["run", "training.json"]));
        var model = NativeFolder.Open(_folder["run", "model"]);
        var vocabulary = Assert.IsType<GlideConfig>(model.Config).Network.VocabularySize;
        Assert.Equal(model.Tokenizer!.VocabularySize, vocabulary);
        Assert.InRange(vocabulary, 300, 999);
    }

    [Fact]
    public async Task Train_MoreStepsLater_GoesOnAndRepairsTheLossTable()
    {
        await TrainAsync(3);
        File.AppendAllText(_folder["run", "loss.csv"], "4,9,9,9,9,9\n5,0.");

        var (code, output, _) = await TrainAsync(5, "--learning-rate", "0.001");

        Assert.Equal(0, code);
        Assert.Contains("going on after step 3", output, StringComparison.Ordinal);
        Assert.Equal(["1", "2", "3", "4", "5"], StepsOf(_folder["run", "loss.csv"]));
        Assert.DoesNotContain("9,9,9,9", File.ReadAllText(_folder["run", "loss.csv"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_AgainWhenComplete_SaysSo()
    {
        await TrainAsync(2);
        var (code, output, _) = await TrainAsync(2);
        Assert.Equal(0, code);
        Assert.Contains("training is complete: 2 of 2 steps are done", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("classifier", "loss,accuracy,gradient_norm")]
    [InlineData("upsampler", "loss,mse,bound,gradient_norm")]
    public async Task Train_AnotherNetworkOfAModel_CompletesTheModel(string network, string columns)
    {
        TinyModel.Write(_folder["base"]);
        TinyModel.Describe(_folder["base"], network);

        var (code, _, error) = await TrainNetworkAsync(network, "--low-res-noise", "0.1");
        var (again, output, _) = await TrainNetworkAsync(network);

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(0, again);
        Assert.Contains("training is complete", output, StringComparison.Ordinal);
        Assert.Contains(columns, File.ReadLines(_folder["run", "loss.csv"]).First(), StringComparison.Ordinal);
        var model = NativeFolder.Open(_folder["run", "model"]);
        Assert.Equal(File.ReadAllBytes(_folder["base", "model.safetensors"]), File.ReadAllBytes(_folder["run", "model", "model.safetensors"]));
        Assert.Equal(network == "classifier" ? 64 : null, model.About.Classes?.Count);
        Assert.Equal(network == "classifier" ? 9 : null, model.About.Classes?.Find("green square"));
        Assert.Equal(network == "upsampler" ? 32 : 16, model.About.SizeOf(upsample: true).Width);

        // The whole model can be trained further, the weights being those of the first run.
        var (tuned, _, _) = await CommandLine.RunAsync(
            "train", _folder["run", "model"], "--network", network, "--out", _folder["tuned"], "--steps", "1", "--batch", "2");
        Assert.Equal(0, tuned);
        Assert.Equal(
            File.Exists(_folder["run", "model", "classes.txt"]), File.Exists(_folder["tuned", "model", "classes.txt"]));
    }

    [Fact]
    public async Task Train_OutputWithLinksForFiles_LeavesWhatTheyLeadTo()
    {
        TinyModel.Write(_folder["base"]);
        TinyModel.Describe(_folder["base"], "classifier");
        Directory.CreateDirectory(_folder["run", "model"]);
        File.WriteAllText(_folder["precious"], "mine");
        foreach (var name in new[] { NativeFolder.WeightsFile, NativeFolder.ClassifierFile, NativeFolder.ClassesFile, "model.json" })
            File.CreateSymbolicLink(_folder["run", "model", name], _folder["precious"]);
        foreach (var name in new[] { "loss.png", "training.json" }) File.CreateSymbolicLink(_folder["run", name], _folder["precious"]);

        var (code, _, error) = await TrainNetworkAsync("classifier");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal("mine", File.ReadAllText(_folder["precious"]));
    }

    [Theory]
    [InlineData("classifier")]
    [InlineData("upsampler")]
    public async Task Train_NetworkThatIsNotDescribed_IsRefused(string network)
    {
        TinyModel.Write(_folder["base"]);
        var (code, _, error) = await TrainNetworkAsync(network);
        Assert.Equal(2, code);
        Assert.Contains($"describe one under '{network}'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_ClassifierOfOtherClasses_IsRefused()
    {
        TinyModel.Write(_folder["base"]);
        TinyModel.Describe(_folder["base"], "classifier", classes: 10);
        var (code, _, error) = await TrainNetworkAsync("classifier");
        Assert.Equal((2, "the classifier's out_channels is 10; allowed: 64, the classes of --data shapes"), (code, error));
    }

    [Fact]
    public async Task Train_ClassifierOnImagesWithoutClasses_IsRefused()
    {
        TinyModel.Write(_folder["base"]);
        TinyModel.Describe(_folder["base"], "classifier");
        WritePairs(2);
        var (code, _, error) = await TrainNetworkAsync("classifier", "--data", _folder["data"]);
        Assert.Equal(2, code);
        Assert.Contains("a classifier learns from images with classes", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_UpsamplerWithoutABase_IsRefused()
    {
        TinyModel.Write(_folder["base"]);
        TinyModel.Describe(_folder["base"], "upsampler");
        File.Delete(_folder["base", "model.safetensors"]);
        var (code, _, error) = await TrainNetworkAsync("upsampler");
        Assert.Equal(2, code);
        Assert.StartsWith("there is no model.safetensors beside ", error, StringComparison.Ordinal);
        Assert.Contains("train the base network first", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_FreezeOfAClassifier_IsRefused()
    {
        TinyModel.Write(_folder["base"]);
        TinyModel.Describe(_folder["base"], "classifier");
        var (code, _, error) = await TrainNetworkAsync("classifier", "--freeze", "text");
        Assert.Equal((2, "--freeze is 'text'; a classifier has no parts to freeze"), (code, error));
    }

    [Fact]
    public async Task Train_AnotherArchitectureOrSeed_IsRefusedNamingWhatDiffers()
    {
        await TrainAsync(1);
        TinyModel.WriteConfig(_folder["model.json"], channels: 64, blocks: 2);

        var (code, _, error) = await TrainAsync(2, "--seed", "7");

        Assert.Equal(2, code);
        Assert.Contains("model.network.model_channels was 32 and is 64 now", error, StringComparison.Ordinal);
        Assert.Contains("model.network.num_res_blocks was 1 and is 2 now", error, StringComparison.Ordinal);
        Assert.Contains("seed was 0 and is 7 now", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_OtherData_IsRefusedNamingWhatDiffers()
    {
        await TrainAsync(1);
        WritePairs(2);
        var (code, _, error) = await TrainAsync(2, "--data", _folder["data"]);
        Assert.Equal(2, code);
        Assert.Contains("data.kind was \"shapes\" and is \"folder\" now", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_CheckpointWithoutRecord_IsRefused()
    {
        await TrainAsync(1);
        File.Delete(_folder["run", "training.json"]);
        var (code, _, error) = await TrainAsync(2);
        Assert.Equal(2, code);
        Assert.Contains("training.json is missing", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_DamagedCheckpoint_IsRefused()
    {
        await TrainAsync(1);
        using (var file = File.OpenWrite(_folder["run", "checkpoint.safetensors"])) file.SetLength(file.Length - 10);
        var (code, _, error) = await TrainAsync(2);
        Assert.Equal(2, code);
        Assert.Contains("truncated", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_FineTuneOnAFolder_KeepsTheVocabularyAndChangesTheWeights()
    {
        TinyModel.Write(_folder["base"]);
        WritePairs(5);

        var (code, _, error) = await CommandLine.RunAsync(
            "train", _folder["base"], "--out", _folder["tuned"], "--data", _folder["data"], "--steps", "3", "--batch", "2", "--warmup", "0");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(File.ReadAllBytes(_folder["base", "tokenizer", "vocab.bpe"]), File.ReadAllBytes(_folder["tuned", "model", "tokenizer", "vocab.bpe"]));
        Assert.Equal(File.ReadAllText(_folder["base", "model.json"]), File.ReadAllText(_folder["tuned", "model", "model.json"]));
        Assert.NotEqual(File.ReadAllBytes(_folder["base", "model.safetensors"]), File.ReadAllBytes(_folder["tuned", "model", "model.safetensors"]));
    }

    [Fact]
    public async Task Train_FolderFromScratch_LearnsItsVocabulary()
    {
        WritePairs(5);
        var (code, output, _) = await TrainAsync(1, "--data", _folder["data"]);
        Assert.Equal(0, code);
        Assert.Contains("vocabulary 2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_ImageWithoutCaption_IsRefused()
    {
        WritePairs(3);
        File.Delete(_folder["data", "1.txt"]);
        var (code, _, error) = await TrainAsync(1, "--data", _folder["data"]);
        Assert.Equal(2, code);
        Assert.EndsWith("has no caption; a file '1.txt' must lie beside it.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_FileThatIsNoImage_IsRefused()
    {
        WritePairs(3);
        File.WriteAllText(_folder["data", "0.png"], "not an image");
        var (code, _, error) = await TrainAsync(1, "--data", _folder["data"]);
        Assert.Equal((2, $"{_folder["data", "0.png"]} cannot be used: it is not an image of a known format."), (code, error));
    }

    [Fact]
    public async Task Train_OutThatCannotBeCreated_IsRefused()
    {
        File.WriteAllText(_folder["file"], "");
        TinyModel.WriteConfig(_folder["model.json"]);
        var path = _folder["file", "run"];
        var (code, _, error) = await CommandLine.RunAsync("train", _folder["model.json"], "--out", path, "--steps", "1");
        Assert.Equal(2, code);
        Assert.StartsWith($"--out {path} cannot be created: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_OutThatHoldsTheModel_IsRefused()
    {
        TinyModel.Write(_folder["run", "model"]);
        var (code, _, error) = await CommandLine.RunAsync("train", _folder["run", "model"], "--out", _folder["run"]);
        Assert.Equal(2, code);
        Assert.StartsWith($"--out is '{_folder["run"]}', which holds the model folder", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_BFloat16_RunsOrFallsBack()
    {
        var (code, output, _) = await TrainAsync(1, "--precision", "bf16");
        Assert.Equal(0, code);
        Assert.True(
            output.Contains(", bf16 on cpu", StringComparison.Ordinal)
                || output.Contains("this processor cannot multiply in bfloat16; using fp32", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Train_FolderInUse_IsRefused()
    {
        Directory.CreateDirectory(_folder["run"]);
        using (FolderLock.Take(_folder["run"]))
        {
            var (code, _, error) = await TrainAsync(1);
            Assert.Equal(2, code);
            Assert.Contains($"--out {_folder["run"]} is in use by another run", error, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await TrainAsync(1)).ExitCode);
    }

    [Fact]
    public async Task Run_Cancelled_LeavesACheckpointToGoOnFrom()
    {
        using var output = new StringWriter();
        var settings = new TrainSettings
        {
            Config = TinyModel.WriteConfig(_folder["model.json"]),
            Output = _folder["run"],
            Data = TrainCommand.Shapes,
            MaxObjects = 2,
            Threads = 1,
            Device = "cpu",
            Options = new TrainingOptions { Steps = 2, BatchSize = 2 },
        };

        Assert.Throws<OperationCanceledException>(() =>
            TrainRun.Run(settings, CommandLine.CreateConsole(output), new CancellationToken(canceled: true)));

        Assert.Contains("stopped after step 0; run the same command again to go on", output.ToString(), StringComparison.Ordinal);
        var (code, _, _) = await TrainAsync(2);
        Assert.Equal(0, code);
        Assert.Equal(["1", "2"], StepsOf(_folder["run", "loss.csv"]));
    }

    private Task<(int ExitCode, string Output, string Error)> TrainAsync(int steps, params string[] more)
    {
        if (!File.Exists(_folder["model.json"])) TinyModel.WriteConfig(_folder["model.json"]);
        return CommandLine.RunAsync(["train", _folder["model.json"], "--out", _folder["run"], "--steps", $"{steps}", "--batch", "2", .. more]);
    }

    private Task<(int ExitCode, string Output, string Error)> TrainNetworkAsync(string network, params string[] more) => CommandLine.RunAsync(
        ["train", _folder["base", "model.json"], "--network", network, "--out", _folder["run"], "--steps", "2", "--batch", "2", .. more]);

    private void WritePairs(int count)
    {
        Directory.CreateDirectory(_folder["data"]);
        var scenes = new SceneSource(5, SceneSplit.Training, maxObjects: 1);
        for (var i = 0; i < count; i++)
        {
            var (format, size) = (ImageFormats.All[i % ImageFormats.All.Count], 20 + i);
            var image = new RgbImage(size, size, SceneRenderer.Render(scenes[i], size));
            File.WriteAllBytes(_folder["data", $"{i}.{format}"], ImageEncoder.Encode(image, format, 95));
            File.WriteAllText(_folder["data", $"{i}.txt"], scenes.Captioned(i).Caption);
        }
    }

    private static IEnumerable<string> StepsOf(string table) => File.ReadLines(table).Skip(1).Select(line => line.Split(',')[0]);
}
