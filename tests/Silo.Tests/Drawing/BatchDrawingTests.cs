using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using Atelier.Silo.Drawing;
using Atelier.Simulation;

namespace Atelier.Silo.Tests.Drawing;

public sealed class BatchDrawingTests
{
    private static readonly SamplingSettings Settings = new() { Sampler = "ddim", Steps = 2, BatchSize = 8 };

    private readonly List<string> _refused = [];
    private readonly List<IReadOnlyList<SampleRequest>> _batches = [];
    private Action<IReadOnlyList<SampleRequest>> _onBatch = _ => { };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Draw_RowsThatTheSamplerCannotDraw_AreNullAndTheOthersAreTheSamePixels()
    {
        var good = Draw([.. Enumerable.Range(0, 8).Select(i => $"prompt {i}")]);
        _batches.Clear();

        var drawn = Draw([.. Enumerable.Range(0, 8).Select(i => i is 2 or 7 ? $"{SimulatedFaults.Throw} {i}" : $"prompt {i}")]);

        Assert.Equal([2, 7], drawn.Index().Where(sample => sample.Item is null).Select(sample => sample.Index));
        Assert.Equal(good.Where((_, i) => i is not (2 or 7)).Select(sample => sample!.Rgb), drawn.OfType<DrawnSample>().Select(sample => sample.Rgb));
        Assert.Equal([$"{SimulatedFaults.Throw} 2", $"{SimulatedFaults.Throw} 7"], _refused);
    }

    [Fact]
    public void Draw_AllRowsBad_TriesWhetherTheSamplerWorksAtAll()
    {
        Assert.All(Draw([SimulatedFaults.Throw, SimulatedFaults.Throw]), Assert.Null);
        Assert.Equal("", Assert.Single(_batches[^1]).Prompt);
    }

    [Fact]
    public void Draw_ASamplerThatCanDrawNothing_BlamesNoRow()
    {
        _onBatch = _ => throw new NotSupportedException("no kernel");
        Assert.Throws<NotSupportedException>(() => Draw(["prompt 0", "prompt 1"]));
    }

    [Fact]
    public void Draw_AnErrorThatDoesNotComeBack_BlamesNoRow()
    {
        _onBatch = _ =>
        {
            if (_batches.Count == 1) throw new InvalidOperationException("a passing cloud");
        };
        Assert.All(Draw(["prompt 0"]), Assert.NotNull);
        Assert.Empty(_refused);
    }

    [Fact]
    public void Draw_OutOfMemory_IsTheMachinesFault()
    {
        Assert.Throws<InsufficientMemoryException>(() => Draw(["prompt 0", SimulatedFaults.OutOfMemory]));
        Assert.Single(_batches);
    }

    private DrawnSample?[] Draw(string[] prompts)
    {
        var model = new SimulatedModel(new SimulationOptions
        {
            ImageSize = 4,
            OnBatch = batch =>
            {
                _batches.Add(batch);
                _onBatch(batch);
            },
        });
        SampleRequest[] requests = [.. prompts.Select((prompt, i) => new SampleRequest(prompt, (ulong)i, 3))];
        return BatchDrawing.Draw(model, requests, Settings, _ => { }, (request, _) => _refused.Add(request.Prompt), Cancel);
    }
}
