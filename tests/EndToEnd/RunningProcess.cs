using System.Diagnostics;
using System.Text;

namespace Atelier.EndToEnd;

/// <summary>A program started by a test, with all it prints.</summary>
internal sealed class RunningProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private RunningProcess(Process process) => _process = process;

    public string Output { get { lock (_output) return _output.ToString(); } }

    public string Error { get { lock (_error) return _error.ToString(); } }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts <c>atelier</c>, to which Ctrl-C means something even if these tests run in the background, where shells have it ignored.</summary>
    public static RunningProcess Atelier(params string[] arguments) => Start("env", ["--default-signal=INT", "dotnet", Repository.Cli, .. arguments]);

    public static RunningProcess Start(string program, params string[] arguments)
    {
        // Some programs end with their standard input, which they then do too when these tests are killed.
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        };
        var running = new RunningProcess(Process.Start(start)!);
        running._process.OutputDataReceived += (_, line) => Add(running._output, line.Data);
        running._process.ErrorDataReceived += (_, line) => Add(running._error, line.Data);
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        return (await process.ExitCodeAsync(), process.Output, process.Error);
    }

    /// <summary>Runs <c>atelier</c> to its end.</summary>
    public static Task<(int ExitCode, string Output, string Error)> AtelierAsync(params string[] arguments) => RunAsync("dotnet", [Repository.Cli, .. arguments]);

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Sends a POSIX signal, such as INT or KILL.</summary>
    public void Signal(string name) => Process.Start("kill", ["-s", name, $"{_process.Id}"]).WaitForExit();

    /// <summary>Waits until files that match a pattern exist below a folder, or the process ends.</summary>
    public async Task UntilFilesAsync(string folder, string pattern, int count)
    {
        while (!_process.HasExited && (!Directory.Exists(folder) || Directory.EnumerateFiles(folder, pattern).Count() < count))
            await Task.Delay(20, TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static void Add(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.AppendLine(line);
    }
}
