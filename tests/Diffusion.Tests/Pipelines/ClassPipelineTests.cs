using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Pipelines;

public sealed class ClassPipelineTests : IDisposable
{
    private static readonly SamplingSettings Settings = new() { Sampler = "ddim", Steps = 4, BatchSize = 3, ClassifierScale = 5 };
    private static readonly SampleRequest Circle = new("", 11, 3) { Label = 0 }, Star = new("", 12, 3) { Label = 2 };

    private readonly TinyClassModel _files = new();
    private readonly NativeFolder _model;
    private readonly Model _networks;
    private readonly SamplingPipeline _pipeline;

    public ClassPipelineTests()
    {
        set_num_threads(1);
        _model = NativeFolder.Open(_files.FullName);
        _networks = _model.Load();
        _pipeline = new SamplingPipeline(_networks);
    }

    [Fact]
    public void Draw_Labels_DecideTheImageWhateverTheNeighbours()
    {
        var circle = Draw(Settings, Circle)[0]!;

        Assert.Equal(8 * 8 * 3, circle.Length);
        Assert.NotEqual(circle, Draw(Settings, Circle with { Label = 1 })[0]);
        Assert.Equal(circle, Draw(Settings, Star, Circle, Star)[1]);
    }

    [Theory]
    [InlineData("ancestral")]
    [InlineData("ddim")]
    [InlineData("plms")]
    [InlineData("dpmpp-2m")]
    public void Draw_ClassifierScale_ChangesTheImageWithEverySampler(string sampler)
    {
        var settings = Settings with { Sampler = sampler };

        Assert.NotEqual(Draw(settings with { ClassifierScale = 0 }, Circle)[0], Draw(settings, Circle)[0]);
    }

    [Fact]
    public void Draw_Upsampled_IsLargerAndFollowsTheSmallImage()
    {
        var large = Settings with { Upsample = true };
        var done = new List<int>();

        var drawn = _pipeline.Draw([Circle, Star], large, done.Add, TestContext.Current.CancellationToken);

        Assert.Equal((8, 16), (_pipeline.ImageSizeOf(Settings).Width, _pipeline.ImageSizeOf(large).Height));
        Assert.Equal(16 * 16 * 3, drawn[0].Rgb!.Length);
        Assert.Equal((4, 7), (_pipeline.StepsOf(Settings), _pipeline.StepsOf(large)));
        Assert.Equal(Enumerable.Range(1, 7), done);
        Assert.Equal(drawn[0].Rgb, Draw(large, Circle)[0]);
        Assert.NotEqual(drawn[0].Rgb, Draw(large, Circle with { Seed = 99 })[0]);
    }

    [Fact]
    public void Draw_ManyBatches_LeavesNoTensorsBehind()
    {
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (var i = 0; i < 3; i++) Draw(Settings with { Upsample = true }, Circle, Star);

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Draw_LabelsThatTheModelDoesNotHave_AreRefused()
    {
        Assert.Equal("a request has no label; the model draws classes 0 to 2", Refusal(Circle with { Label = null }));
        Assert.Equal("a request has label 3; allowed: 0 to 2", Refusal(Circle with { Label = 3 }));
    }

    [Fact]
    public void Draw_UnconditionalModel_NeedsNoLabelButIsGuidedByOne()
    {
        using var files = new TinyClassModel(conditional: false);
        var model = NativeFolder.Open(files.FullName);
        using var networks = model.Load();
        var pipeline = new SamplingPipeline(networks);
        var free = Circle with { Label = null };

        var unguided = pipeline.Draw([free], Settings, cancellationToken: TestContext.Current.CancellationToken)[0].Rgb;

        Assert.Null(model.About.ProblemWithLabel(null));
        Assert.NotEqual(unguided, pipeline.Draw([Circle], Settings, cancellationToken: TestContext.Current.CancellationToken)[0].Rgb);
    }

    [Fact]
    public void ProbeNumerics_SeesEveryNetwork()
    {
        var whole = _pipeline.ProbeNumerics(2);
        Assert.Equal(whole, new SamplingPipeline(_networks).ProbeNumerics(2));

        foreach (var network in new[] { (nn.Module)_networks.Stages[0].Network, (nn.Module)_networks.Stages[1].Network, _networks.Classifier! })
        {
            using (no_grad()) network.parameters().First().add_(S(0.5), alpha: S(1));
            Assert.NotEqual(whole, whole = _pipeline.ProbeNumerics(2));
        }
    }

    [Fact]
    public void TimeStep_OfAModelWithAnUpsampler_CountsItWhereImagesAreEnlarged()
    {
        var cancel = TestContext.Current.CancellationToken;
        _pipeline.TimeStep(1, upsample: true, cancel);

        Assert.True(_pipeline.TimeStep(2, upsample: true, cancel) > TimeSpan.Zero);
        Assert.True(_pipeline.TimeStep(2, upsample: false, cancel) > TimeSpan.Zero);
    }

    [Fact]
    public void ProblemWithLabel_NamesWhatIsAllowed()
    {
        Assert.Null(_model.About.ProblemWithLabel("red star"));
        Assert.Null(_model.About.ProblemWithLabel("2"));
        Assert.Equal((2, 1), (_model.About.Classes!.Find("red star"), _model.About.Classes.Find("1")));
        Assert.Equal("the label is '3'; allowed: 0 to 2, or a name such as 'circle'", _model.About.ProblemWithLabel("3"));
        Assert.Equal("there is no label, which the model needs; allowed: 0 to 2, or a name such as 'circle'", _model.About.ProblemWithLabel(null));
    }

    [Theory]
    [InlineData("circle\nsquare\n", "has 2 lines; the model has 3 classes")]
    [InlineData("circle\n\nstar\n", "line 2 is empty")]
    [InlineData("circle\nstar\nstar\n", "has the name 'star' twice")]
    public void Open_BadClasses_AreRefused(string names, string reason)
    {
        File.WriteAllText(_files.ClassesPath, names);
        Assert.Equal($"{_files.ClassesPath} {reason}", Assert.Throws<InvalidDataException>(() => NativeFolder.Open(_files.FullName)).Message);
    }

    [Theory]
    [InlineData(NativeFolder.UpsamplerFile)]
    [InlineData(NativeFolder.ClassifierFile)]
    public void Open_WeightsMissing_SaysWhich(string file)
    {
        File.Delete(Path.Combine(_files.FullName, file));
        Assert.Equal($"{_files.FullName} is not a model folder: it has no {file}", Assert.Throws<InvalidDataException>(() => NativeFolder.Open(_files.FullName)).Message);
    }

    public static TheoryData<string, Func<AdmConfig, AdmConfig>> Impossible => new()
    {
        { "upsampler: image_size is 12; allowed: a multiple of the base network's 8", config => config with { Upsampler = config.Upsampler! with { ImageSize = 12 } } },
        { "upsampler: temperature is 0; allowed: above 0 to 2", config => config with { Upsampler = config.Upsampler! with { Temperature = 0 } } },
        { "upsampler: in_channels is 3; allowed: 6", config => config with { Upsampler = config.Upsampler! with { Network = config.Network } } },
        { "cannot take 101 steps from a section of 100 timesteps", config => config with { Upsampler = config.Upsampler! with { Respacing = "101" } } },
        { "the classifier's image_size is 16; allowed: 8, the base network's", config => config with { Classifier = config.Classifier! with { ImageSize = 16 } } },
        { "the classifier's out_channels is 4; allowed: 3, the base network's num_classes", config => config with { Classifier = config.Classifier! with { OutChannels = 4 } } },
        { "out_channels is 6; allowed: 3 with the variance type of its diffusion", config => config with { Diffusion = config.Diffusion with { VarianceType = Atelier.Diffusion.Processes.VarianceType.FixedSmall } } },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Validate_ImpossibleModel_NamesWhatIsAllowed(string message, Func<AdmConfig, AdmConfig> change) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => change(_files.Config).Validate()).Message);

    public void Dispose()
    {
        _networks.Dispose();
        _files.Dispose();
    }

    private string Refusal(SampleRequest request) => Assert.Throws<ArgumentException>(() => Draw(Settings, request)).Message;

    private byte[]?[] Draw(SamplingSettings settings, params SampleRequest[] requests) =>
        [.. _pipeline.Draw(requests, settings, cancellationToken: TestContext.Current.CancellationToken).Select(sample => sample.Rgb)];
}
