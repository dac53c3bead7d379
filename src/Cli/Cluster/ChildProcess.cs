using System.Diagnostics;

namespace Atelier.Cli.Cluster;

/// <summary>
/// A program of this folder, started anew whenever it ends by itself. It is told to stop by the end of its standard input, which comes too when
/// this process is killed.
/// </summary>
/// <param name="name">What to call it in reports.</param>
/// <param name="assembly">File name of the program.</param>
/// <param name="arguments">Its arguments.</param>
/// <param name="environment">Variables to set; asked before each start.</param>
/// <param name="report">Told what it prints and how it ends.</param>
/// <param name="hideOutput">Whether what it prints on standard output is dropped.</param>
internal sealed class ChildProcess(
    string name, string assembly, IReadOnlyList<string> arguments, Func<IReadOnlyDictionary<string, string>> environment, Action<string> report, bool hideOutput = false)
    : IAsyncDisposable
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);
    private const int InvalidInput = 2;

    private readonly CancellationTokenSource _stopping = new();
    private Process? _process;
    private Task _running = Task.CompletedTask;

    /// <summary>Completes when the child is not to be started again: it was stopped, or refused its settings.</summary>
    public Task<int> RunAsync()
    {
        var running = SuperviseAsync();
        _running = running;
        return running;
    }

    /// <summary>Tells the child to stop and waits until it has.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            _process?.StandardInput.Close();
        }
        catch (Exception gone) when (gone is IOException or InvalidOperationException)
        {
            // It has ended by itself.
        }
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task<int> SuperviseAsync()
    {
        while (true)
        {
            using var process = Start();
            _process = process;
            await Task.WhenAll(PrintAsync(process.StandardOutput, hideOutput), PrintAsync(process.StandardError, false), process.WaitForExitAsync());
            if (_stopping.IsCancellationRequested || process.ExitCode == InvalidInput) return process.ExitCode;
            report($"{name} ended with exit code {process.ExitCode}; starting it again");
            await Task.Delay(RestartPause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested) return process.ExitCode;
        }
    }

    private Process Start()
    {
        var start = Program(Path.Combine(AppContext.BaseDirectory, assembly));
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment()) start.Environment[key] = value;
        return Process.Start(start)!;
    }

    // A folder that was published with .NET inside is run where there is no other: by the program's own start, which lies beside the assembly.
    private static ProcessStartInfo Program(string assembly)
    {
        var hasRuntime = File.Exists(Path.Combine(AppContext.BaseDirectory, "System.Private.CoreLib.dll"));
        if (hasRuntime) return new ProcessStartInfo(Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null));
        return new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [assembly]);
    }

    private async Task PrintAsync(StreamReader output, bool hide)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (!hide) report($"{name} | {line}");
        }
    }
}
