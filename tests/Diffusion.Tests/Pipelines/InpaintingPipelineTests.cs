using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Noise;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Pipelines;

public sealed class InpaintingPipelineTests : IDisposable
{
    private static readonly SamplingSettings Small = new() { Sampler = "ancestral", Steps = 4, BatchSize = 3 }, Large = Small with { Upsample = true };
    private static readonly SampleRequest Corgi = new("a corgi", 11, 3), Boat = new("a boat", 12, 1.5);

    private readonly TinyInpaintingModel _files = new();
    private readonly NativeFolder _model;
    private readonly Model _networks;
    private readonly SamplingPipeline _pipeline;

    public InpaintingPipelineTests()
    {
        set_num_threads(1);
        _model = NativeFolder.Open(_files.FullName);
        _networks = _model.Load();
        _pipeline = new SamplingPipeline(_networks);
    }

    [Theory]
    [InlineData("ancestral", false)]
    [InlineData("ancestral", true)]
    [InlineData("ddim", false)]
    [InlineData("ddim", true)]
    [InlineData("plms", false)]
    [InlineData("plms", true)]
    [InlineData("dpmpp-2m-karras", false)]
    [InlineData("dpmpp-2m-karras", true)]
    public void Draw_AKnownImage_KeepsItsPixelsExactlyAndDrawsTheOthers(string sampler, bool upsample)
    {
        var known = Known(upsample ? 16 : 8);

        var drawn = Draw((upsample ? Large : Small) with { Sampler = sampler }, Corgi with { Known = known })[0]!;

        Assert.Equal(known.Rgb.Length, drawn.Length);
        Assert.All(Kept(known), i => Assert.Equal(known.Rgb[i], drawn[i]));
        var others = Enumerable.Range(0, drawn.Length).Except(Kept(known)).ToList();
        Assert.InRange(others.Count(i => known.Rgb[i] != drawn[i]), others.Count * 9 / 10, others.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Draw_NeighboursWithOrWithoutAKnownImage_ChangeNothing(bool upsample)
    {
        var settings = upsample ? Large : Small;
        var size = upsample ? 16 : 8;
        var (left, noise) = (Corgi with { Known = Known(size) }, Boat with { Known = Known(size, seed: 2) });

        var alone = new[] { Draw(settings, left)[0], Draw(settings, Boat)[0], Draw(settings, noise)[0] };

        Assert.Equal(alone, Draw(settings, left, Boat, noise));
        Assert.Equal(alone.Reverse(), Draw(settings, noise, Boat, left));
        Assert.Equal(left.Kind, (left with { Known = null }).Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Draw_WhatIsNotKept_DoesNotMatter_AndWhatIsDoes(bool upsample)
    {
        var settings = upsample ? Large : Small;
        var known = Known(upsample ? 16 : 8);
        var kept = Kept(known).ToHashSet();
        var drawn = Draw(settings, Corgi with { Known = known })[0]!;

        var hidden = known with { Rgb = [.. known.Rgb.Select((value, i) => kept.Contains(i) ? value : (byte)~value)] };
        var shown = known with { Rgb = [.. known.Rgb.Select((value, i) => kept.Contains(i) ? (byte)~value : value)] };

        Assert.Equal(drawn, Draw(settings, Corgi with { Known = hidden })[0]);
        var other = Draw(settings, Corgi with { Known = shown })[0]!;
        Assert.Contains(Enumerable.Range(0, drawn.Length).Where(i => !kept.Contains(i)), i => drawn[i] != other[i]);
    }

    [Fact]
    public void Draw_NothingKept_IsTheWholeImageDrawn()
    {
        var nothing = new KnownImage(Known(16).Rgb, new bool[16 * 16]);

        Assert.Equal(Draw(Large, Corgi)[0], Draw(Large, Corgi with { Known = nothing })[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.6)]
    public void Draw_TheBaseNetwork_RunsAsInGlidesNotebook(double percentile)
    {
        var known = Known(8);
        var network = (Text2ImUNet)_networks.Stages[0].Network;
        using var noGradients = no_grad();
        using var image = tensor(known.Rgb, [1, 8, 8, 3]).permute(0, 3, 1, 2).to_type(ScalarType.Float32) / S(127.5) - S(1);
        using var mask = tensor(Array.ConvertAll(known.IsKept, kept => kept ? 1f : 0f), [1, 1, 8, 8]);
        var prompts = new[] { Corgi.Prompt, "" }.Select(text => _model.Tokenizer!.Tokenize(text, network.Config.TextCtx)).ToList();
        using var text = network.EncodeText(
            tensor(prompts.SelectMany(prompt => prompt.Tokens).Select(token => (long)token).ToArray(), [2, 12]), tensor(prompts.SelectMany(prompt => prompt.Mask).ToArray(), [2, 12]));
        var diffusion = _model.Config.Diffusion.Create("4");
        using var guidance = new ClassifierFreeGuidance(new ConditionalNetwork(network, text, new ConcatenatedImages(Known: image, KnownMask: mask)), [3]);
        var process = new DenoisingProcess(diffusion, guidance)
        {
            Denoised = xStart => ((percentile < 1 ? DynamicThresholding.Apply(xStart, percentile) : xStart) * S(1).Minus(mask)).Plus(image * mask),
        };
        using var x = new AncestralSampler().Run(process, diffusion.Run, Noise, TestContext.Current.CancellationToken).Last().Sample;

        var settings = Small with { BatchSize = 1, Guidance = new GuidanceSettings { ThresholdPercentile = percentile } };
        var drawn = Draw(settings, Corgi with { Known = known })[0]!;

        var pixels = (x.Plus(S(1)) * S(127.5)).round().clamp(S(0), S(255)).to_type(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().data<byte>().ToArray();
        Assert.Equal(pixels, drawn);

        static Tensor Noise(int step)
        {
            var values = new float[3 * 8 * 8];
            GaussianNoise.Fill(values, Corgi.Seed, 0, step);
            return tensor(values, [1, 3, 8, 8]);
        }
    }

    [Fact]
    public void Draw_AnUpsamplerThatDoesNotInpaint_KeepsThePixelsTooAndLooksAtTheSmallImage()
    {
        using var files = new TinyInpaintingModel(upsamplerChannels: 6);
        var model = NativeFolder.Open(files.FullName);
        using var networks = model.Load();
        var known = Known(16);

        var drawn = new SamplingPipeline(networks).Draw([Corgi with { Known = known }], Large, cancellationToken: TestContext.Current.CancellationToken)[0].Rgb!;

        Assert.All(Kept(known), i => Assert.Equal(known.Rgb[i], drawn[i]));
    }

    [Fact]
    public void Draw_ManyBatches_LeavesNoTensorsBehind()
    {
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (var i = 0; i < 3; i++) Draw(Large, Corgi with { Known = Known(16) }, Boat);

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Draw_WeightsThatAreNotNumbers_GivesNoPixels()
    {
        using (no_grad()) ((nn.Module)_networks.Stages[0].Network).parameters().First().fill_(S(double.NaN));

        Assert.Null(Draw(Small, Corgi with { Known = Known(8) })[0]);
    }

    [Fact]
    public void Draw_AnImageOfAnotherSize_IsRefused() => Assert.Equal(
        "a known image has 192 bytes and 64 values of its mask; allowed: 768 and 256, as 16x16 pixels have",
        Assert.Throws<ArgumentException>(() => Draw(Large, Corgi with { Known = Known(8) })).Message);

    [Fact]
    public void Draw_AModelThatDrawsWholeImages_RefusesAKnownImage()
    {
        using var files = new TinyModel();
        var model = NativeFolder.Open(files.FullName);
        using var networks = model.Load();

        Assert.Equal((true, false), (_model.Config.Inpaints, model.Config.Inpaints));
        Assert.Equal(
            "a request has a known image; the model does not inpaint",
            Assert.Throws<ArgumentException>(() => new SamplingPipeline(networks).Draw(
                [Corgi with { Known = Known(16) }], Small, cancellationToken: TestContext.Current.CancellationToken)).Message);
    }

    public void Dispose()
    {
        _networks.Dispose();
        _files.Dispose();
    }

    // Noise, of which an irregular part is kept: it does not follow the pixels of the base network.
    private static KnownImage Known(int size, int seed = 1)
    {
        var rgb = new byte[3 * size * size];
        new Random(seed).NextBytes(rgb);
        return new KnownImage(rgb, [.. Enumerable.Range(0, size * size).Select(pixel => pixel % size < size / 2 - 1 + pixel / size % 3)]);
    }

    private static IEnumerable<int> Kept(KnownImage known) => Enumerable.Range(0, known.Rgb.Length).Where(i => known.IsKept[i / 3]);

    private byte[]?[] Draw(SamplingSettings settings, params SampleRequest[] requests) =>
        [.. _pipeline.Draw(requests, settings, cancellationToken: TestContext.Current.CancellationToken).Select(sample => sample.Rgb)];
}
