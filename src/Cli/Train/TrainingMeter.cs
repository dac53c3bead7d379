using System.Globalization;
using Atelier.Diffusion.Training;

namespace Atelier.Cli.Train;

/// <summary>Loss and speed of the last steps.</summary>
/// <param name="batch">Images of a step.</param>
internal sealed class TrainingMeter(int batch)
{
    private const int Window = 100;

    private readonly Queue<(double Loss, long Finished)> _steps = [];
    private long _before = TimeProvider.System.GetTimestamp();

    /// <summary>Counts a step that is just done and says how the last ones went.</summary>
    public string Add(TrainingProgress progress)
    {
        _steps.Enqueue((progress.Loss, TimeProvider.System.GetTimestamp()));
        if (_steps.Count > Window) _before = _steps.Dequeue().Finished;
        var speed = _steps.Count * batch / TimeProvider.System.GetElapsedTime(_before, _steps.Last().Finished).TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"loss {_steps.Average(step => step.Loss):F4}, {speed:F1} images/s");
    }
}
