using System.Reflection;
using System.Text.Json.Nodes;

namespace Atelier.Infra.Tests.Azure;

/// <summary>The files of Bicep, by the real compiler, which knows the types of Azure. What is a warning for it, such as a property that is not there, is an error here.</summary>
public sealed class BicepTests
{
    private static readonly string Bicep = typeof(BicepTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(one => one.Key == "Bicep").Value!;

    public static TheoryData<string> Files => new(Directory.GetFiles(Checkout.Infra("azure"), "*.bicep", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Checkout.Infra("azure"), path)).Order());

    [Theory]
    [MemberData(nameof(Files))]
    public async Task File_HasNothingThatTheCompilerWouldWarnOf(string file)
    {
        var answer = (await RunAsync("lint", Checkout.Infra("azure", file))).Succeeded();
        Assert.Empty((answer.Output + answer.Errors).Trim());
    }

    [Fact]
    public async Task WrongProperty_IsFound()
    {
        var folder = Directory.CreateTempSubdirectory("atelier-bicep-");
        try
        {
            var file = Path.Combine(folder.FullName, "store.bicep");
            var text = await File.ReadAllTextAsync(Checkout.Infra("azure", "modules", "store.bicep"), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(file, text.Replace("allowSharedKeyAccess: false", "allowSharedKeyAccess: 'no'", StringComparison.Ordinal), TestContext.Current.CancellationToken);
            Assert.Contains("BCP036", (await RunAsync("lint", file)).Errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Deployment_CompilesToATemplate_WithoutKeysOfTheStore_AndWithoutSecretsInItsOutputs()
    {
        var answer = (await RunAsync("build", "--stdout", Checkout.Infra("azure", "main.bicep"))).Succeeded();
        Assert.Empty(answer.Errors.Trim());
        var template = JsonNode.Parse(answer.Output)!;
        Assert.Contains("\"allowSharedKeyAccess\":false", template.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("listKeys", template.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["clientId", "cluster", "redis", "registry", "store"], template["outputs"]!.AsObject().Select(output => output.Key).Order());
    }

    [Fact]
    public async Task ExampleOfParameters_FitsTheDeployment()
    {
        var answer = (await RunAsync("build-params", "--stdout", Checkout.Infra("azure", "example.bicepparam"))).Succeeded();
        Assert.Empty(answer.Errors.Trim());
    }

    [Fact]
    public void GpuMachines_KeepOthersAway_AndTheChartsPodsMayGoThere()
    {
        var taint = "nvidia.com/gpu=present:NoSchedule";
        Assert.Contains(taint, File.ReadAllText(Checkout.Infra("azure", "modules", "kubernetes.bicep")), StringComparison.Ordinal);
        Assert.Contains("{ key: nvidia.com/gpu, operator: Exists, effect: NoSchedule }", File.ReadAllText(Checkout.Infra("helm", "atelier", "values.yaml")), StringComparison.Ordinal);
        Assert.Contains("kubernetes.azure.com/agentpool: gpu", File.ReadAllText(Checkout.Infra("helm", "atelier", "examples", "azure.yaml")), StringComparison.Ordinal);
    }

    private static Task<Answer> RunAsync(params string[] arguments) => Tool.RunAsync(Bicep, "dotnet restore tests/Infra.Tests", arguments, input: null);
}
