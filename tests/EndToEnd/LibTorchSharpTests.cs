namespace Atelier.EndToEnd;

/// <summary>The build makes libLibTorchSharp.so load with the libstdc++ of Debian 12 and Ubuntu 22.04, which ends at GLIBCXX_3.4.30.</summary>
public sealed class LibTorchSharpTests
{
    private const string TooNew = "GLIBCXX_3.4.32";

    [Fact]
    public async Task TheBuiltLibrary_NeedsNoVersionThatOlderSystemsLack()
    {
        var built = Path.Combine(Path.GetDirectoryName(Repository.Cli)!, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        var versions = await NeededVersionsAsync(built);
        Assert.Contains("GLIBCXX_3.4", versions);
        Assert.DoesNotContain(TooNew, versions);
    }

    [Fact]
    public async Task ThePackagesLibrary_IsLeftAsItIs()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var original = Directory.GetFiles(Path.Combine(packages, "torchsharp"), "libLibTorchSharp.so", SearchOption.AllDirectories)
            .Single(file => file.Contains("linux-x64", StringComparison.Ordinal));
        Assert.Contains(TooNew, await NeededVersionsAsync(original));
    }

    [Fact]
    public async Task AFileThatLooksDifferent_FailsTheBuildLoudly()
    {
        using var folder = new TemporaryFolder();
        var source = folder.Write("libLibTorchSharp.so", "not a library");
        var project = folder.Write("patch.proj", $"""
            <Project>
              <Import Project="{Repository.Root}/eng/libtorch/LibTorch.targets" />
              <Target Name="Patch"><PatchLibTorchSharp Source="{source}" Destination="{folder["patched.so"]}" /></Target>
            </Project>
            """);
        var build = await RunningProcess.RunAsync("dotnet", "msbuild", project, "-t:Patch", "-nologo");
        Assert.NotEqual(0, build.ExitCode);
        Assert.Contains("it is not a 64-bit little-endian ELF file", build.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["patched.so"]));
    }

    private static async Task<string[]> NeededVersionsAsync(string library)
    {
        var python = await RunningProcess.RunAsync("python3", Path.Combine(Repository.Root, "tests/EndToEnd/Readers/needed-versions.py"), library);
        Assert.True(python.ExitCode == 0, python.Error);
        return python.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }
}
