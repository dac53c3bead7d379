namespace Atelier.Grains.Tests.Simulation;

/// <summary>A request to a job, as its caller sees it.</summary>
internal sealed class Call
{
    public bool IsDone { get; private set; }

    public Exception? Error { get; private set; }

    /// <summary>Notes the end; what comes after the first is not heard.</summary>
    public void End(Exception? error)
    {
        if (IsDone) return;
        (IsDone, Error) = (true, error);
    }
}
