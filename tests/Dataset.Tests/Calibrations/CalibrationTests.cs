using System.Text;
using Atelier.Abstractions;
using Atelier.Dataset.Calibrations;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Tests.Calibrations;

public sealed class CalibrationTests
{
    private const string Device = "AMD EPYC (TM) fp32 64px", File = ".calibrations/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/amd-epyc-tm-fp32-64px.json";
    private static readonly string Digest = new('a', 64);

    private readonly MemoryStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "1:10")]
    // Twice as many in as much time is twice the rate.
    [InlineData(4, "1:10", "2:10", "4:10")]
    // 100, 190 and 200 samples a second: 190 is just within 5 %.
    [InlineData(2, "1:10", "2:10.5263", "4:20")]
    // 189 is not.
    [InlineData(4, "1:10", "2:10.5821", "4:20")]
    // Worse again: what comes after the best does not count.
    [InlineData(2, "1:10", "2:11", "4:40", "8:160")]
    public void BatchSize_OfATableOfMilliseconds_IsTheSmallestNearTheBest(int expected, params string[] table) => Assert.Equal(expected, New(table).BatchSize);

    [Fact]
    public void BatchSize_WithoutMeasurements_IsRefused() => Assert.Throws<InvalidDataException>(() => New().BatchSize);

    [Fact]
    public async Task Calibration_WrittenAndRead_IsTheSameAndTheFirst()
    {
        Assert.Null(await CalibrationFiles.ReadAsync(_store, Digest, Device, Cancel));
        Assert.True(await CalibrationFiles.TryCreateAsync(_store, Digest, New("1:10", "2:16"), Cancel));
        Assert.False(await CalibrationFiles.TryCreateAsync(_store, Digest, New("1:20"), Cancel));

        var read = await CalibrationFiles.ReadAsync(_store, Digest, Device, Cancel);
        Assert.Equal((2, Device), (read!.BatchSize, read.Device));
        Assert.Equal(
            """
            {
              "device": "AMD EPYC (TM) fp32 64px",
              "measured": "1970-01-01T00:00:00+00:00",
              "measurements": [
                {
                  "batch_size": 1,
                  "step_seconds": 0.01,
                  "sample_steps_per_second": 100
                },
                {
                  "batch_size": 2,
                  "step_seconds": 0.016,
                  "sample_steps_per_second": 125
                }
              ],
              "batch_size": 2
            }

            """,
            Encoding.UTF8.GetString((await _store.ReadAsync(File, Cancel))!));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{ "batch_size": 0, "step_seconds": 1 }]""")]
    [InlineData("""[{ "batch_size": 1, "step_seconds": 0 }]""")]
    public async Task ReadAsync_DamagedFile_NamesIt(string measurements)
    {
        var content = $$"""{ "device": "x", "measured": "1970-01-01T00:00:00+00:00", "measurements": {{measurements}} }""";
        await _store.TryCreateAsync(File, Encoding.UTF8.GetBytes(content), Cancel);

        var damaged = await Assert.ThrowsAsync<InvalidInputException>(() => CalibrationFiles.ReadAsync(_store, Digest, Device, Cancel));

        Assert.StartsWith($"{File} is damaged: ", damaged.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ABC", "cpu")]
    [InlineData(null, " ()")]
    public void Path_OfSomethingElse_IsRefused(string? digest, string device) =>
        Assert.Throws<ArgumentException>(() => CalibrationFiles.Path(digest ?? Digest, device));

    private static Calibration New(params string[] table) => new()
    {
        Device = Device,
        Measured = DateTimeOffset.UnixEpoch,
        Measurements = [.. table.Select(row => row.Split(':')).Select(row => new BatchMeasurement
        {
            BatchSize = int.Parse(row[0], System.Globalization.CultureInfo.InvariantCulture),
            StepSeconds = double.Parse(row[1], System.Globalization.CultureInfo.InvariantCulture) / 1000,
        })],
    };
}
