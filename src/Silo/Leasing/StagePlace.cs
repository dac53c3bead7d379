namespace Atelier.Silo.Leasing;

/// <summary>Where a lease is among the stages of its work: in none, or in one. Disposing it leaves that.</summary>
internal sealed class StagePlace : IDisposable
{
    private BoundedStage? _stage;

    /// <summary>Waits for a place in the next stage, and leaves the last one only then: what is made waits where it is, so that memory stays bounded.</summary>
    public async Task MoveToAsync(BoundedStage next, CancellationToken cancellationToken)
    {
        if (_stage == next) return;
        await next.EnterAsync(cancellationToken);
        _stage?.Leave();
        _stage = next;
    }

    public void Dispose()
    {
        _stage?.Leave();
        _stage = null;
    }
}
