using System.Diagnostics;
using System.Globalization;
using Atelier.Dataset.Stores;

namespace Atelier.Grains.Tests.Simulation;

/// <summary>
/// Ten thousand runs of a job in an order that chance has made. A run that fails names its seed, and <c>ATELIER_SIMULATION_SEED</c> repeats it alone;
/// <c>ATELIER_SIMULATION_SCHEDULES</c> sets how many there are.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public void Job_InAnyOrderOfEvents_LosesNothing_AndEnds()
    {
        if (Environment.GetEnvironmentVariable("ATELIER_SIMULATION_SEED") is { Length: > 0 } seed)
        {
            new World(int.Parse(seed, CultureInfo.InvariantCulture)).Run();
            return;
        }
        var schedules = int.Parse(Environment.GetEnvironmentVariable("ATELIER_SIMULATION_SCHEDULES") ?? "10000", CultureInfo.InvariantCulture);
        var (watch, steps, failure) = (Stopwatch.StartNew(), 0L, default((int Seed, Exception Error)?));
        Parallel.For(0, schedules, (run, loop) =>
        {
            var world = new World(run);
            try
            {
                world.Run();
            }
            catch (Exception error)
            {
                lock (watch) failure = failure is { } earlier && earlier.Seed < run ? earlier : (run, error);
                loop.Break();
            }
            Interlocked.Add(ref steps, world.Steps);
        });
        Assert.True(failure is null, $"seed {failure?.Seed}: {failure?.Error}");
        output.WriteLine($"{schedules:N0} schedules, seeds 0 to {schedules - 1}, {steps:N0} steps, {watch.Elapsed.TotalSeconds:0.0} s");
    }

    private static List<StoreEntry> Files(World world) => [.. world.Store.ListAsync("", TestContext.Current.CancellationToken).ToBlockingEnumerable(TestContext.Current.CancellationToken)];

    [Fact]
    public void World_OfOneSeed_IsTheSameRun()
    {
        var (first, second) = (new World(7), new World(7));
        first.Run();
        second.Run();
        Assert.Equal(first.Steps, second.Steps);
        Assert.Equal(Files(first), Files(second));
    }
}
