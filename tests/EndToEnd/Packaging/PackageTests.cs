using System.IO.Compression;
using System.Text.RegularExpressions;
using Atelier.EndToEnd.Cluster;

namespace Atelier.EndToEnd.Packaging;

/// <summary>What others install: the client library in a program of their own, and the command as a tool of .NET.</summary>
[Collection(nameof(Alone))]
public sealed partial class PackageTests(Feed feed) : IClassFixture<Feed>
{
    private const string Program = """
        using Atelier.Abstractions.Doors;
        using Atelier.Abstractions.Jobs;
        using Atelier.Abstractions.Prompts;
        using Atelier.Client;
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Microsoft.Extensions.Logging;

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        using var key = ClusterKey.FromPem(File.ReadAllText(args[1]));
        builder.UseOrleansClient(client =>
        {
            client.UseRedisClustering(args[0]);
            key.Guard(client);
        });
        using var host = builder.Build();
        await host.StartAsync();
        var atelier = new AtelierClient(host.Services.GetRequiredService<IClusterClient>());
        var spec = new JobSpec { Model = "shapes", ModelDigest = args[2], Steps = 2, Upsample = false };
        await atelier.SubmitAsync("packaged", spec, RowsAsync());
        await foreach (var progress in atelier.WatchAsync("packaged"))
            if (progress.Status == JobStatus.Completed) Console.WriteLine($"{progress.Finished} drawn");

        static async IAsyncEnumerable<PromptRow> RowsAsync()
        {
            yield return new PromptRow { Index = 0, Prompt = "a red circle" };
            await Task.Yield();
        }
        """;

    [Theory]
    [InlineData("Atelier.Abstractions", "README.md")]
    [InlineData("Atelier.Client", "client.md")]
    public void Library_SaysWhatPackagesAreToSay(string id, string readme)
    {
        var nuspec = feed.NuspecOf(id);

        Assert.Equal(("MIT", readme), (nuspec.Element("license")!.Value, nuspec.Element("readme")!.Value));
        Assert.Equal("git", nuspec.Element("repository")!.Attribute("type")!.Value);
        Assert.Matches("^[0-9a-f]{40}$", nuspec.Element("repository")!.Attribute("commit")!.Value);
        using var package = ZipFile.OpenRead(feed.FileOf(id, "nupkg"));
        Assert.NotNull(package.GetEntry(readme));
        Assert.NotNull(package.GetEntry($"lib/net10.0/{id}.xml"));
        using var symbols = ZipFile.OpenRead(feed.FileOf(id, "snupkg"));
        Assert.NotNull(symbols.GetEntry($"lib/net10.0/{id}.pdb"));
    }

    [Fact]
    public void Client_DependsOnNothingButItsContractsOrleansAndRetries() => Assert.Equal(
        ["Atelier.Abstractions", "Microsoft.Orleans.Client", "Microsoft.Orleans.Connections.Security", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Sdk", "Polly.Core", "Polly.Extensions"],
        feed.NuspecOf("Atelier.Client").Descendants("dependency").Select(dependency => dependency.Attribute("id")!.Value).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Client_InAProgramOfItsUser_SubmitsAJobAndFollowsIt()
    {
        using var folder = new TemporaryFolder();
        folder.Write("nuget.config", SourcesWith(feed.Path));
        folder.Write("Program.cs", Program);
        var project = folder.Write("consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Atelier.Client" Version="{feed.VersionOf("Atelier.Client")}" />
                <PackageReference Include="Microsoft.Orleans.Clustering.Redis" Version="10.4.2" />
              </ItemGroup>
            </Project>
            """);
        var build = await RunningProcess.RunAsync("dotnet", "build", project, "--output", folder["built"], "-v", "quiet", "-nologo", "--disable-build-servers");
        Assert.True(build.ExitCode == 0, build.Output + build.Error);

        using var cluster = await RunningCluster.StartAsync(folder["store"], silos: 1);
        var model = await RunningProcess.AtelierAsync("models", "show", Models.Shapes);
        var run = await RunningProcess.RunAsync(
            "dotnet", Path.Combine(folder["built"], "consumer.dll"), $"{cluster.Redis},password={File.ReadAllText(cluster.PasswordFile)}", cluster.KeyFile, Digest().Match(model.Output).Groups[1].Value);

        Assert.True(run.ExitCode == 0, run.Output + run.Error + cluster.Output);
        Assert.Equal("1 drawn", run.Output.Trim());
        Assert.Equal(0, await cluster.StopAsync());
    }

    [Fact]
    public async Task Tool_Installed_DrawsWithoutTheCheckout()
    {
        using var folder = new TemporaryFolder();
        var version = feed.VersionOf("Atelier.Cli");
        var config = folder.Write("nuget.config", SourcesWith(feed.Path));
        var install = await RunningProcess.RunAsync(
            "dotnet", "tool", "install", "Atelier.Cli", "--tool-path", folder["tools"], "--version", version, "--configfile", config);
        Assert.True(install.ExitCode == 0, install.Output + install.Error);

        var says = await InstalledAsync("--version");
        Assert.StartsWith(version, says.Output.Trim(), StringComparison.Ordinal);
        var run = await InstalledAsync("run", folder.Write("prompts.txt", "a red circle\n"), "--out", folder["out"], "--steps", "2", "--no-upsample");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal(["00000.parquet", "00000.tar"], ShardFiles.Hashes(folder["out"]).Keys);
        using var cluster = await LocalCluster.StartAsync(folder["store"], "env", "--default-signal=INT", Path.Combine(folder["tools"], "atelier"));
        Assert.Equal(0, await cluster.StopAsync());

        Task<(int ExitCode, string Output, string Error)> InstalledAsync(params string[] arguments) =>
            RunningProcess.RunAsync("env", ["-C", folder.Path, Path.Combine(folder["tools"], "atelier"), .. arguments]);
    }

    // Beside the sources of the user. What is cached is read there, and what is made here stays in the folder.
    private static string SourcesWith(string feed)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><add key="atelier" value="{feed}" /></packageSources>
              <fallbackPackageFolders><add key="cache" value="{cache}" /></fallbackPackageFolders>
            </configuration>
            """;
    }

    [GeneratedRegex("digest: +([0-9a-f]{64})")]
    private static partial Regex Digest();
}
