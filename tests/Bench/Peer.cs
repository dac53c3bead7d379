using System.ComponentModel;
using System.Diagnostics;

namespace Atelier.Bench;

/// <summary>Another system for distributing work, driven by a Python script that prints tasks a second as its last line.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Script">The script in <c>Peers</c>.</param>
/// <param name="Modules">The Python modules it needs.</param>
internal sealed record Peer(string Name, string Script, string Modules)
{
    /// <summary>Worker processes that a script starts.</summary>
    public const int Workers = 2;

    private const string Python = "python3";

    /// <summary>The peers.</summary>
    public static IReadOnlyList<Peer> All { get; } =
        [new("Celery (prefork, acks_late, Redis)", "celery_noop.py", "celery, redis"), new("Dask", "dask_noop.py", "distributed")];

    /// <summary>Runs the script.</summary>
    /// <param name="tasks">Tasks to be done.</param>
    /// <returns>Tasks a second, or why there is no figure.</returns>
    public async Task<string> RunAsync(int tasks)
    {
        if ((await StartAsync(["-c", $"import {Modules}"])).ExitCode != 0) return "not installed";
        var script = Path.Combine(AppContext.BaseDirectory, "Peers", Script);
        var (exitCode, output) = await StartAsync([script, $"{tasks}", $"{Workers}"]);
        return exitCode == 0 ? output.Trim().Split('\n')[^1] : $"failed with exit code {exitCode}";
    }

    private static async Task<(int ExitCode, string Output)> StartAsync(IReadOnlyList<string> arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await errors;
            await process.WaitForExitAsync();
            return (process.ExitCode, output);
        }
        catch (Win32Exception)
        {
            return (-1, "");
        }
    }
}
