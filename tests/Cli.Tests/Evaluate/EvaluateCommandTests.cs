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
                Model = NativeFolder.Open(_folder["model"]),
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
    public async Task Evaluate_Compare_CountsThePassesOfEveryMethod()
    {
        TinyModel.Write(_folder["base"]);
        TinyModel.Describe(_folder["base"], "classifier");
        await CommandLine.RunAsync(
            "train", _folder["base", "model.json"], "--network", "classifier", "--out", _folder["run"], "--steps", "1", "--batch", "2");

        var (code, output, error) = await CommandLine.RunAsync(
            "evaluate", _folder["run", "model"], "--compare", "--guidance", "0,1,3", "--steps", "2", "--samples", "1", "--batch", "8", "--sampler", "ddim");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("cfg-zero-star", output, StringComparison.Ordinal);
        var results = _folder["run", "model", "evaluation"];
        Assert.Equal(
            ["comparison.csv", "comparison.md", "comparison.png"], Directory.EnumerateFiles(results).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(Picture.Colours(Path.Combine(results, "comparison.png")) > 50);
        var passes = File.ReadLines(Path.Combine(results, "comparison.csv")).Skip(1).Select(line => line.Split(','))
            .ToDictionary(cells => $"{cells[1]} {cells[2]}", cells => (Evaluations: cells[3], Gradients: cells[4]));
        Assert.Equal(3 + 6 + 5 + 5 * 4 + 8, passes.Count);
        Assert.Equal(("2.00", "0.00"), passes["classifier-free 0"]);
        Assert.Equal(("2.00", "0.00"), passes["classifier-free 1"]);
        Assert.Equal(("4.00", "0.00"), passes["classifier-free 3"]);
        Assert.Equal(("2.00", "0.00"), passes["classifier 0"]);
        Assert.Equal(("2.00", "2.00"), passes["classifier 8"]);
        Assert.Equal(("4.00", "2.00"), passes["classifier with classifier-free 3 8"]);
        Assert.Equal(("20.00", "0.00"), passes["ancestral 10"]);
        // Three Runge-Kutta steps of four passes each, and of ten timesteps two that it does not visit.
        Assert.Equal(("34.00", "0.00"), passes["plms 10"]);
        Assert.Equal(("4.00", "0.00"), passes["apg 8"]);
        // Two steps of a hundred timesteps are the first and the last, both outside the interval.
        Assert.Equal(("2.00", "0.00"), passes["interval 0.2-0.9 8"]);
    }

    [Fact]
    public async Task Evaluate_CompareWithoutAClassifier_ComparesTheRest()
    {
        TinyModel.Write(_folder["model"]);
        var (code, _, error) = await CommandLine.RunAsync(
            "evaluate", _folder["model"], "--compare", "--guidance", "3", "--steps", "2", "--samples", "1", "--batch", "8");
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain("classifier,", File.ReadAllText(_folder["model", "evaluation", "comparison.csv"]), StringComparison.Ordinal);
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
