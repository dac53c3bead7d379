using System.Diagnostics;

namespace Atelier.Dataset.Tests;

/// <summary>Runs programs of the machine.</summary>
internal static class Processes
{
    /// <summary>What a program that succeeds, and complains of nothing, prints.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.Equal("", await error);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
