using System.Threading.Channels;

namespace Atelier.Silo.Leasing;

/// <summary>A stage of the work on leases, with room for so many of them at once.</summary>
/// <param name="places">How many.</param>
/// <param name="leave">Calls back when a lease that leaves has done so; at once where this is null.</param>
internal sealed class BoundedStage(int places, Action<Action>? leave = null)
{
    private readonly Channel<bool> _taken = Channel.CreateBounded<bool>(places);

    /// <summary>Waits for a place.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _taken.Writer.WriteAsync(true, cancellationToken).AsTask();

    /// <summary>Gives the place to another.</summary>
    public void Leave()
    {
        if (leave is null) Free();
        else leave(Free);
    }

    /// <summary>Waits until there is room, and takes none of it.</summary>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        Free();
    }

    private void Free() => _taken.Reader.TryRead(out _);
}
