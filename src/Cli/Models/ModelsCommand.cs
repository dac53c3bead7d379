using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Weights;
using Atelier.Input;
using Spectre.Console;

namespace Atelier.Cli.Models;

/// <summary><c>atelier models</c>: model folders from official checkpoints, and what there is.</summary>
internal static class ModelsCommand
{
    private static readonly Option<bool> AsJson = new("--json") { Description = "Print JSON instead of a table." };

    /// <summary>The command and its subcommands.</summary>
    /// <param name="console">Where to report.</param>
    public static Command Create(IAnsiConsole console) => new("models", "Import and list model folders.")
    {
        Import(console), List(console), Show(console),
    };

    private static Command Import(IAnsiConsole console)
    {
        var kind = Options.Word("--kind", [GlideConfig.Name, AdmConfig.Name], "Family of the checkpoints: GLIDE's or guided-diffusion's.");
        var @base = new Option<string>("--base") { Description = "Checkpoint of the base network: .pt, .safetensors, or a .index.json of several.", Required = true };
        var upsample = new Option<string?>("--upsample") { Description = "Checkpoint of the upsampler." };
        var classifier = new Option<string?>("--classifier") { Description = "Checkpoint of the noise-aware classifier." };
        var vocabulary = new Option<string?>("--vocab") { Description = "Folder with GLIDE's encoder.json and vocab.bpe, plain or .gz." };
        var classes = new Option<string?>("--classes") { Description = "File with the names of the classes, one a line." };
        var stateDict = new Option<string?>("--state-dict") { Description = "Which state dict of checkpoints that hold several, such as ema." };
        var config = new Option<string?>("--config") { Description = "A model.json, for networks that were never published." };
        var output = new Option<string>("--out") { Description = "Model folder to create.", Required = true };
        var command = new Command("import", "Make a model folder of official checkpoints.") { kind, @base, upsample, classifier, vocabulary, classes, stateDict, config, output };
        command.SetAction(result =>
        {
            var folder = new ModelImport
            {
                Kind = result.GetValue(kind)!,
                Base = result.GetValue(@base)!,
                Upsampler = result.GetValue(upsample),
                Classifier = result.GetValue(classifier),
                Vocabulary = result.GetValue(vocabulary),
                Classes = result.GetValue(classes),
                StateDict = result.GetValue(stateDict),
                Config = result.GetValue(config),
            }.Write(Path.GetFullPath(result.GetValue(output)!), line => ProgressDisplay.Print(console, line));
            foreach (var line in Describe(folder)) ProgressDisplay.Print(console, line);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command List(IAnsiConsole console)
    {
        var command = new Command("list", "List the models in models/ of the current folder, of $ATELIER_MODELS and beside the program.") { AsJson };
        command.SetAction(result =>
        {
            var models = ModelFinder.Folders().Select(Summary.Of).OrderBy(model => model.Name, StringComparer.Ordinal).ToList();
            if (result.GetValue(AsJson))
            {
                ProgressDisplay.Print(console, JsonSerializer.Serialize(models, Json));
                return ExitCodes.Success;
            }
            foreach (var model in models)
                ProgressDisplay.Print(console, model.Problem is null
                    ? string.Create(CultureInfo.InvariantCulture, $"{PrintableText.Of(model.Name)}  {model.Kind}  {model.ImageSize}x{model.ImageSize}  {model.Parameters / 1e6:0.0}M parameters  {model.Digest![..12]}  {PrintableText.Of(model.Path, PrintableText.PathLength)}")
                    : $"{PrintableText.Of(model.Name)}  cannot be used: {PrintableText.Of(model.Problem, PrintableText.PathLength)}");
            if (models.Count == 0) ProgressDisplay.Print(console, "There are no models; atelier models import makes one.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Show(IAnsiConsole console)
    {
        var name = new Argument<string>("model") { Description = "Model folder, or the name of one in models/." };
        var command = new Command("show", "Show what a model is, and check its files.") { name, AsJson };
        command.SetAction(result =>
        {
            var folder = ModelFinder.Open(result.GetValue(name)!);
            if (result.GetValue(AsJson)) ProgressDisplay.Print(console, JsonSerializer.Serialize(Summary.Of(folder), Json));
            else foreach (var line in Describe(folder)) ProgressDisplay.Print(console, line);
            return ExitCodes.Success;
        });
        return command;
    }

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private static IEnumerable<string> Describe(ModelFolder folder)
    {
        var (about, summary) = (folder.About, Summary.Of(folder));
        yield return PrintableText.Of(folder.Path, PrintableText.PathLength);
        yield return $"kind:        {about.Family}";
        yield return $"images:      {about.ImageSize}x{about.ImageSize}" + (about.UpsampledSize is { } large ? $", upsampled to {large}x{large}" : "")
            + (about.SizeMultiple is { } multiple ? $", or any --width and --height in steps of {multiple}" : "");
        yield return $"diffusion:   {about.Process}";
        if (about.VocabularySize is { } tokens) yield return $"vocabulary:  {tokens} tokens";
        if (about.PromptTokens is { } limit) yield return $"prompts:     up to {limit} tokens";
        yield return string.Create(CultureInfo.InvariantCulture, $"usual:       --sampler {about.Samplers[0]} --steps {about.Steps} --guidance {about.Guidance}");
        if (about.Licence is { } licence) yield return $"licence:     {PrintableText.Of(licence)}";
        if (about.Inpaints) yield return "inpaints:    rows may have an image and a mask";
        if (about.Classes is { } classes) yield return $"labels:      {classes.Describe()}";
        foreach (var file in summary.Files)
            yield return string.Create(CultureInfo.InvariantCulture, $"{file.Name,-24} {file.Parameters,13:N0} parameters, {string.Join(" and ", file.Types)}, {file.Bytes / 1e6:N1} MB");
        yield return $"digest:      {folder.Digest}";
    }

    /// <summary>One file of weights.</summary>
    private sealed record WeightsSummary(string Name, long Parameters, IReadOnlyList<string> Types, long Bytes);

    /// <summary>One model, for lists and scripts.</summary>
    private sealed record Summary(string Name, string Path)
    {
        public string? Kind { get; init; }
        public int? ImageSize { get; init; }
        public long Parameters { get; init; }
        public IReadOnlyList<WeightsSummary> Files { get; init; } = [];
        public string? Digest { get; init; }
        public string? Problem { get; init; }

        public static Summary Of(string path)
        {
            try
            {
                return Of(ModelFolder.Open(path));
            }
            catch (Exception damaged) when (damaged is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                return new Summary(System.IO.Path.GetFileName(path), path) { Problem = damaged.Message };
            }
        }

        public static Summary Of(ModelFolder folder)
        {
            var files = folder.Files.Where(file => file.EndsWith(".safetensors", StringComparison.Ordinal)).Select(file =>
            {
                var path = System.IO.Path.Combine(folder.Path, file);
                var header = Safetensors.ReadHeader(path).Values;
                // A link has a length of its own.
                using var content = RegularFile.OpenRead(path);
                return new WeightsSummary(
                    file, header.Sum(tensor => tensor.Elements), [.. header.Select(tensor => tensor.DType.ToString().ToLowerInvariant()).Distinct()], content.Length);
            }).ToList();
            return new Summary(System.IO.Path.GetFileName(folder.Path), folder.Path)
            {
                Kind = folder.About.Family,
                ImageSize = folder.About.SizeOf(upsample: true).Width,
                Parameters = files.Sum(file => file.Parameters),
                Files = files,
                Digest = folder.Digest,
            };
        }
    }
}
