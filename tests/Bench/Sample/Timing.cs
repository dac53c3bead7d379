namespace Atelier.Bench.Sample;

/// <summary>Times of one thing over the rounds.</summary>
/// <param name="name">What it is.</param>
/// <param name="flops">Floating-point operations of a run, of all workers.</param>
/// <param name="images">Images that a run draws; 0 where it draws none.</param>
internal sealed class Timing(string name, double flops, int images = 0)
{
    private readonly List<double> _seconds = [];

    /// <summary>What it is.</summary>
    public string Name => name;

    /// <summary>Floating-point operations of a run, of all workers.</summary>
    public double Flops { get; set; } = flops;

    /// <summary>The shortest run, in seconds: least disturbed by what else the machine does.</summary>
    public double Least => _seconds.Min();

    /// <summary>The median, in seconds.</summary>
    public double Median => (_seconds.Order().ElementAt((_seconds.Count - 1) / 2) + _seconds.Order().ElementAt(_seconds.Count / 2)) / 2;

    /// <summary>Runs there were.</summary>
    public int Runs => _seconds.Count;

    /// <summary>Floating-point operations a second of the shortest run.</summary>
    public double FlopRate => Flops / Least;

    /// <summary>Images a second of the shortest run; null where it draws none.</summary>
    public double? ImageRate => images == 0 ? null : images / Least;

    /// <summary>Notes a run.</summary>
    public void Add(TimeSpan time) => _seconds.Add(time.TotalSeconds);
}
