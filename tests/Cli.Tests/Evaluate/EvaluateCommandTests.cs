using Atelier.Cli.Evaluate;
using Atelier.Diffusion.Models;

namespace Atelier.Cli.Tests.Evaluate;

public sealed class EvaluateCommandTests : IDisposable
{
    private static readonly string[] Files = ["evaluation.csv", "evaluation.md", "evaluation.png", "samples.png"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_AnyNumberOfWorkers_WritesTheSameFiles()
    {
        TinyModel.Write(_folder["model"]);
        foreach (var (workers, output) in new[] { (1, _folder["one"]), (3, _folder["three"]) })
        {
            var settings = new EvaluateSettings
            {
                Model = ModelFolder.Open(_folder["model"]),
                Guidance = [0, 2.5],
                Samples = 2,
                Steps = 2,
                Sampler = "ddim",
                Batch = 4,
                Seed = 0,
                Workers = workers,
                Device = "cpu",
                JudgeScenes = 20,
                Output = output,
            };
            Assert.Equal(0, Evaluation.Run(settings, CommandLine.CreateConsole(TextWriter.Null), TestContext.Current.CancellationToken));
        }
        foreach (var file in Files) Assert.Equal(File.ReadAllBytes(_folder["one", file]), File.ReadAllBytes(_folder["three", file]));
    }

    [Fact]
    public async Task Evaluate_TinyModel_WritesTheResultsIntoItsFolder()
    {
        TinyModel.Write(_folder["model"]);

        var (code, output, error) = await EvaluateAsync("--sampler", "ancestral");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("rendered scenes with one object rightly", output, StringComparison.Ordinal);
        Assert.Contains("two objects: all and relation", output, StringComparison.Ordinal);
        Assert.Equal(Files, Directory.EnumerateFiles(Result("")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["guidance", "0", "2.5"], File.ReadLines(Result("evaluation.csv")).Select(line => line.Split(',')[0]));
        Assert.Contains("| 2.5 |", File.ReadAllText(Result("evaluation.md")), StringComparison.Ordinal);
        Assert.True(Picture.Colours(Result("evaluation.png")) > 50);
        Assert.True(Picture.Colours(Result("samples.png")) > 50);

        string Result(string name) => _folder["model", "evaluation", name];
    }

    [Fact]
    public async Task Evaluate_MoreStepsThanTimesteps_IsRefused()
    {
        TinyModel.Write(_folder["model"]);
        var (code, _, error) = await EvaluateAsync("--steps", "101");
        Assert.Equal((2, "--steps is '101'; allowed: 1 to 100, the model's timesteps"), (code, error));
    }

    [Fact]
    public async Task Evaluate_MissingWeights_IsRefused()
    {
        TinyModel.Write(_folder["model"]);
        File.Delete(_folder["model", "model.safetensors"]);
        var (code, _, error) = await EvaluateAsync();
        Assert.Equal((2, $"{_folder["model"]} is not a model folder: it has no model.safetensors"), (code, error));
    }

    [Fact]
    public async Task Evaluate_TruncatedWeights_IsRefused()
    {
        TinyModel.Write(_folder["model"]);
        using (var file = File.OpenWrite(_folder["model", "model.safetensors"])) file.SetLength(file.Length / 2);
        var (code, _, error) = await EvaluateAsync();
        Assert.Equal(2, code);
        Assert.Contains("model.safetensors is not a usable safetensors file: it is truncated", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_WeightsOfAnotherArchitecture_IsRefused()
    {
        TinyModel.Write(_folder["model"]);
        var config = File.ReadAllText(_folder["model", "model.json"]);
        File.WriteAllText(_folder["model", "model.json"], config.Replace("\"model_channels\": 32", "\"model_channels\": 64", StringComparison.Ordinal));
        var (code, _, error) = await EvaluateAsync();
        Assert.Equal(2, code);
        Assert.Contains("of another shape", error, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output, string Error)> EvaluateAsync(params string[] more)
    {
        string[] small = ["--samples", "2", "--steps", "2", "--guidance", "0,2.5", "--batch", "4"];
        return CommandLine.RunAsync(["evaluate", _folder["model"], .. small.Chunk(2).Where(option => !more.Contains(option[0])).SelectMany(option => option), .. more]);
    }
}
