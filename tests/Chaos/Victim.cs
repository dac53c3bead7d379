using System.Diagnostics;

namespace Atelier.Chaos;

/// <summary>A process that can be killed, frozen and started again; what it prints goes to a file.</summary>
internal sealed class Victim(string name, string log, Func<ProcessStartInfo> start) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly StreamWriter _log = new(log, append: true) { AutoFlush = true };
    private Process? _process;

    public string Name => name;

    /// <summary>Whether it is running; a frozen one is.</summary>
    public bool IsAlive => _process is { HasExited: false };

    /// <summary>Starts it and returns at once.</summary>
    public void Start()
    {
        var info = start();
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        var process = Process.Start(info)!;
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    /// <summary>Sends a POSIX signal, such as KILL, TERM, STOP or CONT; nothing happens where it has ended by itself.</summary>
    public void Signal(string signal)
    {
        if (!IsAlive) return;
        using var kill = Process.Start("kill", ["-s", signal, $"{_process!.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits until it has ended.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => _process!.WaitForExitAsync(cancellationToken);

    public void Dispose()
    {
        if (IsAlive)
        {
            _process!.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        lock (_gate) _log.Dispose();
    }

    private void Write(string? line)
    {
        if (line is null) return;
        lock (_gate)
        {
            if (_log.BaseStream is not null) _log.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {line}");
        }
    }
}
