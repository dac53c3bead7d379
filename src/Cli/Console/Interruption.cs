using System.Runtime.InteropServices;

namespace Atelier.Cli;

/// <summary>Turns the first Ctrl-C or SIGTERM into a cancellation; the second ends the process at once, as if nobody listened.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public Interruption()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
    }

    /// <summary>What the process's exit code says of the signal, as shells do: 128 and its number.</summary>
    public int ExitCode { get; private set; } = ExitCodes.Interrupted;

    /// <summary>Cancelled by the signal.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Cancel(PosixSignalContext signal)
    {
        if (_source.IsCancellationRequested) return;
        signal.Cancel = true;
        if (signal.Signal == PosixSignal.SIGTERM) ExitCode = ExitCodes.Terminated;
        _source.Cancel();
    }
}
