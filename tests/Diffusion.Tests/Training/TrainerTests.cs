using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Training;
using Atelier.Diffusion.Weights;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private static readonly TrainingOptions Options = new() { Steps = 6, BatchSize = 2, WarmupSteps = 2, Seed = 3 };

    private static readonly GaussianDiffusion Process = new(NoiseSchedule.Create("squaredcos_cap_v2", 1000));

    private readonly TemporaryFolder _folder = new();
    private readonly TinyModel _model = new();
    private readonly BpeTokenizer _tokenizer;

    public TrainerTests()
    {
        set_num_threads(1);
        _tokenizer = NativeFolder.Open(_model.FullName).Tokenizer!;
    }

    private string Checkpoint => Path.Combine(_folder.FullName, "checkpoint.safetensors");

    [Fact]
    public void Run_OnOneImage_LowersTheError()
    {
        using var trainer = New(Options with { Steps = 40, BatchSize = 4, WarmupSteps = 5, LearningRate = 2e-3 });

        var errors = Run(trainer).Select(progress => progress.Measures[0]).ToList();

        Assert.Equal(40, errors.Count);
        Assert.True(errors[^10..].Average() < 0.8 * errors[..5].Average(), string.Join(", ", errors));
    }

    [Fact]
    public void Run_EveryStep_ReportsItsNumbers()
    {
        using var trainer = New(Options);

        var steps = Run(trainer).ToList();

        Assert.Equal([1, 2, 3, 4, 5, 6], steps.Select(step => step.Step));
        Assert.All(steps, step =>
        {
            Assert.Equal(step.Loss, step.Measures.Sum(), 1e-4 * step.Loss);
            Assert.True(step.GradientNorm > 0);
            Assert.Equal(Trainer.LearningRateAt(Options, step.Step - 1), step.LearningRate);
        });
    }

    [Fact]
    public void Run_StoppedAndResumed_MakesTheWeightsOfAnUninterruptedRun()
    {
        using var whole = New(Options);
        Assert.Equal(6, Run(whole).Count());
        var expected = Tensors(Checkpoint);
        File.Delete(Checkpoint);

        using var cancellation = new CancellationTokenSource();
        using (var first = New(Options))
        {
            foreach (var step in first.Run(Checkpoint, cancellation.Token))
                if (step.Step == 3) cancellation.Cancel();
            Assert.Equal(3, first.Step);
        }
        Assert.Equal("3", Safetensors.ReadMetadata(Checkpoint)["step"]);

        // A network of other weights, which the checkpoint must all replace.
        using var second = New(Options, networkSeed: 2);
        second.Resume(Checkpoint);
        Assert.Equal(3, Run(second).Count());

        var resumed = Tensors(Checkpoint);
        Assert.Equal(expected.Keys, resumed.Keys);
        Assert.All(expected, entry => Assert.Equal(entry.Value, resumed[entry.Key]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Run_WithReplicas_MakesTheWeightsOfOneNetworkUpToRounding(int replicas)
    {
        var options = Options with { Steps = 3, BatchSize = 3, LearningRate = 1e-3 };
        using var alone = New(options);
        using var shared = New(options with { Replicas = replicas });

        var expected = Run(alone).ToList();
        var steps = Run(shared).ToList();

        Assert.All(expected.Zip(steps), pair =>
        {
            Assert.Equal(pair.First.Loss, pair.Second.Loss, 1e-4 * pair.First.Loss);
            Assert.All(pair.First.Measures.Zip(pair.Second.Measures), measure => Assert.Equal(measure.First, measure.Second, 1e-4 * measure.First));
            Assert.Equal(pair.First.GradientNorm, pair.Second.GradientNorm, 1e-3 * pair.First.GradientNorm);
        });
    }

    [Fact]
    public void Run_OfAnotherSeed_MakesOtherWeights()
    {
        using var one = New(Options);
        using var other = New(Options with { Seed = 4 });

        Assert.NotEqual(Run(one).Last().Loss, Run(other).Last().Loss);
    }

    [Fact]
    public void Run_CheckpointEvery_WritesThoseToo()
    {
        using var trainer = New(Options with { CheckpointEvery = 2 });
        var written = new List<string>();

        foreach (var _ in Run(trainer)) written.Add(File.Exists(Checkpoint) ? Safetensors.ReadMetadata(Checkpoint)["step"] : "none");

        Assert.Equal(["none", "2", "2", "4", "4", "6"], written);
    }

    [Fact]
    public void Average_AfterTraining_IsTheWarmedUpMovingAverageOfTheWeights()
    {
        using var network = TinyModel.Network();
        var expected = network.state_dict()["time_embed.0.weight"].detach().clone();
        using var trainer = New(Options with { EmaDecay = 0.3 }, network);

        foreach (var step in Run(trainer))
        {
            // (1 + step) / (10 + step) until that is above the decay.
            var decay = Math.Min(0.3, (1.0 + step.Step) / (10 + step.Step));
            expected = (expected * S(decay)).Plus(network.state_dict()["time_embed.0.weight"].detach() * S(1 - decay));
        }

        Near.Equal(expected, trainer.Average.state_dict()["time_embed.0.weight"].detach(), atol: 1e-7);
        Assert.All(trainer.Average.parameters(), parameter => Assert.False(parameter.requires_grad));
    }

    [Fact]
    public void Run_ManySteps_LeavesNoTensorsBehind()
    {
        using var trainer = New(Options with { Steps = 5 });
        var live = new List<long>();

        foreach (var _ in Run(trainer)) live.Add(DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);

        // The first step makes the gradients, which stay.
        Assert.Equal(Enumerable.Repeat(live[0], 5), live);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(1)]
    public void Run_UncondProbability_IsTheShareOfCaptionsDropped(double share)
    {
        // Without captions the network is told nothing, and so a token's embedding that only captions have gets no gradient: weights that
        // one step has not moved are those of captions that were dropped.
        var captions = new OneLetterCaptions();
        using var network = TinyModel.Network();
        var before = network.state_dict()["token_embedding.weight"].detach().clone();
        using var trainer = New(Options with { Steps = 1, BatchSize = OneLetterCaptions.Count, UncondProbability = share, WarmupSteps = 0 }, network, captions);

        Assert.Single(Run(trainer));

        var moved = (network.state_dict()["token_embedding.weight"].detach() - before).abs().amax([1]);
        var dropped = Enumerable.Range(0, OneLetterCaptions.Count).Count(i => moved[OneLetterCaptions.Token(i)].item<float>() == 0);
        Assert.InRange(dropped, share * OneLetterCaptions.Count - (share % 1 == 0 ? 0 : 8), share * OneLetterCaptions.Count + (share % 1 == 0 ? 0 : 8));
    }

    [Theory]
    [InlineData(NetworkPart.Text, 1)]
    [InlineData(NetworkPart.Unet, 1)]
    [InlineData(NetworkPart.Text, 2)]
    public void Run_WithAPartFrozen_TrainsTheRestAlone(NetworkPart frozen, int replicas)
    {
        using var network = TinyModel.Network();
        var before = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        using var trainer = New(Options with { Frozen = frozen, Replicas = replicas, UncondProbability = 0 }, network);

        Assert.Equal(6, Run(trainer).Count());

        string[] text = ["token_embedding.weight", "positional_embedding", "padding_embedding", "transformer.resblocks.0.attn.c_qkv.weight", "final_ln.weight"];
        string[] unet = ["time_embed.0.weight", "transformer_proj.weight", "middle_block.1.encoder_kv.weight", "out.2.weight"];
        Assert.All(text, name => Assert.Equal(frozen == NetworkPart.Text, before[name].Equals(network.state_dict()[name].detach())));
        Assert.All(unet, name => Assert.Equal(frozen == NetworkPart.Unet, before[name].Equals(network.state_dict()[name].detach())));
        Assert.DoesNotContain(Safetensors.ReadHeader(Checkpoint).Keys, key => key == $"adam.first.{(frozen == NetworkPart.Text ? text : unet)[0]}");

        using var resumed = New(Options with { Frozen = frozen, Replicas = replicas });
        resumed.Resume(Checkpoint);
        Assert.Equal(6, resumed.Step);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(0.5)]
    public void Timesteps_Shifted_FollowTheirDistribution(double shift)
    {
        using var generator = new Generator(7);

        var drawn = Trainer.Timesteps(shift, 1000, 20_000, generator).data<long>().ToArray();

        Assert.All(drawn, t => Assert.InRange(t, 0, 999));
        // P(t / T < x) = x / (shift - (shift - 1) x), the inverse of the map.
        foreach (var x in new[] { 0.1, 0.5, 0.9, 0.99 })
            Assert.Equal(x / (shift - (shift - 1) * x), drawn.Count(t => t < 1000 * x) / 20_000.0, 0.015);
    }

    [Fact]
    public void LearningRateAt_RisesThenFallsToZeroAlongACosine()
    {
        var options = Options with { Steps = 110, WarmupSteps = 10, LearningRate = 1 };

        Assert.Equal(0.1, Trainer.LearningRateAt(options, 0), 1e-12);
        Assert.Equal(1, Trainer.LearningRateAt(options, 9), 1e-12);
        Assert.Equal(1, Trainer.LearningRateAt(options, 10), 1e-12);
        Assert.Equal(0.5, Trainer.LearningRateAt(options, 60), 1e-12);
        Assert.Equal(0, Trainer.LearningRateAt(options, 110), 1e-12);
        Assert.Equal(0, Trainer.LearningRateAt(options, 500), 1e-12);
    }

    [Fact]
    public void Run_AnExampleThatCannotBeHad_LeavesACheckpointOfEveryStepBeforeIt()
    {
        using var trainer = New(Options with { CheckpointEvery = 100 }, TinyModel.Network(1), new DamagedFrom(2 * 3));
        var steps = new List<long>();

        var exception = Assert.Throws<InvalidDataException>(() =>
        {
            foreach (var progress in Run(trainer)) steps.Add(progress.Step);
        });

        Assert.Equal("example 6 is damaged", exception.Message);
        Assert.Equal([1, 2, 3], steps);
        Assert.Equal("3", Safetensors.ReadMetadata(Checkpoint)["step"]);
    }

    [Fact]
    public void Run_WhatComesAfterTheLastStep_IsNotAskedFor()
    {
        using var trainer = New(Options, TinyModel.Network(1), new DamagedFrom(2 * 6));
        Assert.Equal(6, Run(trainer).Count());
        Assert.Equal("6", Safetensors.ReadMetadata(Checkpoint)["step"]);
    }

    [Fact]
    public void Resume_CheckpointOfAnotherNetwork_IsRefusedByNameAndChangesNothing()
    {
        using (var other = New(Options, new Text2ImUNet(TinyModel.NetworkConfig with { XfLayers = 0, OutChannels = 6, XfPadding = false }))) other.Save(Checkpoint);
        using var trainer = New(Options);
        trainer.Save(Path.Combine(_folder.FullName, "before"));

        var exception = Assert.Throws<InvalidDataException>(() => trainer.Resume(Checkpoint));

        Assert.StartsWith($"the weights in {Checkpoint} do not fit", exception.Message, StringComparison.Ordinal);
        Assert.Contains("padding_embedding", exception.Message, StringComparison.Ordinal);
        trainer.Save(Path.Combine(_folder.FullName, "after"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder.FullName, "before")), File.ReadAllBytes(Path.Combine(_folder.FullName, "after")));
    }

    [Theory]
    [InlineData("model.out.2.bias")]
    [InlineData("average.out.2.bias")]
    [InlineData("adam.first.out.2.bias")]
    [InlineData("adam.second.out.2.bias")]
    public void Resume_CheckpointWithoutOneTensor_IsRefusedByName(string missing)
    {
        using var trainer = New(Options);
        trainer.Save(Checkpoint);
        Safetensors.Write(Checkpoint, Safetensors.Read(Checkpoint).Where(entry => entry.Key != missing).ToDictionary(), new Dictionary<string, string> { ["step"] = "3" });

        var exception = Assert.Throws<InvalidDataException>(() => trainer.Resume(Checkpoint));

        Assert.Contains($"1 missing: {missing}", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("three")]
    [InlineData("-3")]
    public void Resume_FileWithoutAStep_IsRefused(string? step)
    {
        using var trainer = New(Options);
        trainer.Save(Checkpoint);
        Safetensors.Write(Checkpoint, Safetensors.Read(Checkpoint).ToDictionary(), step is null ? null : new Dictionary<string, string> { ["step"] = step });

        var exception = Assert.Throws<InvalidDataException>(() => trainer.Resume(Checkpoint));

        Assert.Equal($"{Checkpoint} is not a training checkpoint: its metadata has no step", exception.Message);
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private Trainer New(TrainingOptions options, ulong networkSeed = 1) => New(options, TinyModel.Network(networkSeed));

    private Trainer New(TrainingOptions options, Text2ImUNet network, ITrainingData? data = null) =>
        new(new TextToImageTask(network, Process, TinyModel.Config.ImageSize, _tokenizer), data ?? new ConstantImages(), options);

    private IEnumerable<TrainingProgress> Run(Trainer trainer) => trainer.Run(Checkpoint, TestContext.Current.CancellationToken);

    private static Dictionary<string, byte[]> Tensors(string checkpoint)
    {
        using var scope = NewDisposeScope();
        return Safetensors.Read(checkpoint).ToDictionary(entry => entry.Key, entry => entry.Value.bytes.ToArray());
    }

    /// <summary>Examples of which some cannot be had.</summary>
    /// <param name="first">The first of them.</param>
    private sealed class DamagedFrom(long first) : ITrainingData
    {
        private readonly ConstantImages _images = new();

        public CaptionedImage Get(long index, int imageSize) =>
            index < first ? _images.Get(index, imageSize) : throw new InvalidDataException($"example {index} is damaged");
    }
}
