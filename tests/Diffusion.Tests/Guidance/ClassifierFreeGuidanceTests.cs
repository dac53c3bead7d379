using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Schedules;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Guidance;

public sealed class ClassifierFreeGuidanceTests : IDisposable
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Create("squaredcos_cap_v2", 1000);
    private static readonly NoiseLevel At700 = NoiseLevel.OfAlphaBar(700, Schedule.AlphasCumprod[700]);

    private readonly Text2ImUNet _network = TinyModel.Network();
    private readonly Tensor _x;
    private readonly Tensor _timesteps = tensor(new long[] { 700, 700 });
    private readonly Conditioning _text;
    private readonly Tensor _conditional;
    private readonly Tensor _unconditional;

    public ClassifierFreeGuidanceTests()
    {
        using var noGradients = no_grad();
        using var random = new RandomTensors(1);
        _x = random.Normal(2, 3, 16, 16);
        var mask = cat([ones(2, 12, dtype: ScalarType.Bool), zeros(2, 12, dtype: ScalarType.Bool)]);
        _text = _network.EncodeText(random.Uniform(0, 256, 4, 12).to_type(ScalarType.Int64), mask);
        var output = _network.call(cat([_x, _x]), cat([_timesteps, _timesteps]), _text);
        (_conditional, _unconditional) = (output[..2], output[2..]);
    }

    [Fact]
    public void Predict_ScaleOne_IsTheConditionalNetwork() => Near.Equal(_conditional, Predict(1, 1), atol: 1e-5);

    [Fact]
    public void Predict_ScaleZero_IsTheUnconditionalNetwork() => Near.Equal(_unconditional, Predict(0, 0), atol: 1e-5);

    [Fact]
    public void Predict_AnyOtherScale_HasTheConditionalVariance() => Near.Equal(_conditional[.., 3..], Predict(0, 2)[.., 3..], atol: 1e-5);

    [Fact]
    public void Predict_AnyScale_IsLinearInIt()
    {
        var (zero, one) = (Predict(0, 0)[.., ..3], Predict(1, 1)[.., ..3]);

        Assert.True((one - zero).abs().max().item<float>() > 1e-3, "the prompt makes no difference");
        Near.Equal(zero.Plus(S(7.5) * (one - zero)), Predict(7.5, 7.5)[.., ..3], atol: 1e-4);
        Near.Equal(zero - (one - zero), Predict(-1, -1)[.., ..3], atol: 1e-4);
    }

    [Fact]
    public void Predict_RowsOfDifferentScales_AreWhatEachScaleGivesAlone()
    {
        var mixed = Predict(3, 0.5);

        Near.Equal(Predict(3, 3)[..1], mixed[..1]);
        Near.Equal(Predict(0.5, 0.5)[1..], mixed[1..]);
    }

    [Fact]
    public void Predict_ScaleOneOrZeroForAll_CostsOnePass()
    {
        Assert.Equal(2, BatchOf(1, 1));
        Assert.Equal(4, BatchOf(1, 2));
        Assert.Equal(2, BatchOf(0, 0));
        Assert.Equal(4, BatchOf(0, 1));
        Assert.Equal(4, BatchOf(0, 0, new GuidanceSettings { Rescale = 0.5 }));
        Assert.Equal(4, BatchOf(0, 0, new GuidanceSettings { Weights = GuidanceWeights.Linear }));
        Assert.Equal(2, BatchOf(7, 7, new GuidanceSettings { IntervalEnd = 0.699 }));
        Assert.Equal(2, BatchOf(7, 7, new GuidanceSettings { IntervalStart = 0.701 }));
        Assert.Equal(4, BatchOf(7, 7, new GuidanceSettings { IntervalStart = 0.7, IntervalEnd = 0.7 }));
    }

    [Fact]
    public void Predict_OutsideTheInterval_IsTheConditionalNetwork() =>
        Near.Equal(_conditional, Predict(7, 7, new GuidanceSettings { IntervalEnd = 0.5 }), atol: 1e-5);

    [Theory]
    [InlineData(GuidanceWeights.Constant, 1)]
    [InlineData(GuidanceWeights.Linear, 0.6)]                   // 2 (1 - 0.7)
    [InlineData(GuidanceWeights.Cosine, 0.41221474770752686)]   // 1 + cos(0.7 pi)
    public void Predict_WeightsOverTime_ScaleTheDistanceFromOne(GuidanceWeights weights, double weight) => Near.Equal(
        Predict(1 + 2 * weight, 1 + 2 * weight), Predict(3, 3, new GuidanceSettings { Weights = weights }), atol: 1e-5);

    [Fact]
    public void WeightAt_OverAllTime_HasTheMeanOfTheConstantOne()
    {
        foreach (var weights in Enum.GetValues<GuidanceWeights>())
        {
            var settings = new GuidanceSettings { Weights = weights };
            Assert.Equal(1, Enumerable.Range(0, 1001).Average(t => settings.WeightAt(t / 1000.0)), 1e-9);
        }
    }

    [Fact]
    public void Predict_RescaledFully_HasTheStandardDeviationOfTheConditional()
    {
        var rescaled = Predict(5, 5, new GuidanceSettings { Rescale = 1 })[.., ..3];
        var plain = Predict(5, 5)[.., ..3];

        Near.Equal(_conditional[.., ..3].std([1, 2, 3]), rescaled.std([1, 2, 3]), rtol: 1e-4);
        // Only the length changes, and half of phi is half of the way.
        Near.Equal(plain / Length(plain, keepdim: true), rescaled / Length(rescaled, keepdim: true), atol: 1e-5);
        Near.Equal(plain.Plus(rescaled) / S(2), Predict(5, 5, new GuidanceSettings { Rescale = 0.5 })[.., ..3], atol: 1e-4);
        Near.Equal(plain, Predict(5, 5, new GuidanceSettings { Rescale = 0 })[.., ..3]);
    }

    [Fact]
    public void Predict_CfgZeroStar_LeavesNothingOfTheUnconditionalThatLiesInTheConditional()
    {
        var (conditional, unconditional) = (_conditional[.., ..3], _unconditional[.., ..3]);
        var scale = ClassifierFreeGuidance.OptimizedScale(conditional, unconditional);

        // The least squares residual is orthogonal to the direction.
        var residual = conditional - scale * unconditional;
        Near.Equal(zeros(2), (residual * unconditional).sum([1, 2, 3]) / unconditional.pow(S(2)).sum([1, 2, 3]), atol: 1e-5);
        Near.Equal((scale * unconditional).Plus(S(4) * residual), Predict(4, 4, new GuidanceSettings { CfgZeroStar = true })[.., ..3], atol: 1e-4);
        // Where the two agree it is 1, and so plain guidance.
        Near.Equal(ones(2, 1, 1, 1), ClassifierFreeGuidance.OptimizedScale(conditional, conditional), atol: 1e-5);
    }

    [Fact]
    public void Predict_ApgThatKeepsEverything_IsPlainGuidance() => Near.Equal(
        Predict(4, 4), Predict(4, 4, new GuidanceSettings { Apg = new ApgSettings(Eta: 1, NormThreshold: 0, Momentum: 0) }), atol: 1e-3);

    [Fact]
    public void Predict_Apg_MovesTheImageAtRightAnglesToIt()
    {
        var projected = Images(Predict(4, 4, new GuidanceSettings { Apg = new ApgSettings(Eta: 0, NormThreshold: 0, Momentum: 0) })[.., ..3]);
        var conditional = Images(_conditional[.., ..3]);
        var plain = Images(Predict(4, 4)[.., ..3]);

        var (moved, straight) = (projected - conditional, plain - conditional);
        Near.Equal(zeros(2), (moved * conditional).sum([1, 2, 3]) / (Length(moved) * Length(conditional)), atol: 1e-3);
        // What is gone is the part along the image.
        var gone = straight - moved;
        Near.Equal(ones(2), (gone * conditional).sum([1, 2, 3]).abs() / (Length(gone) * Length(conditional)), atol: 1e-3);
    }

    [Theory]
    [InlineData(Prediction.StartX)]
    [InlineData(Prediction.Velocity)]
    public void Predict_ApgOfAnyPrediction_IsThatOfTheImages(Prediction prediction)
    {
        using var noGradients = no_grad();
        var settings = new GuidanceSettings { Apg = new ApgSettings(Eta: 0, NormThreshold: 2, Momentum: 0) };
        using var guidance = new ClassifierFreeGuidance(new ConditionalNetwork(_network, _text), [4, 4], prediction, settings: settings);
        var (alpha, sigma) = (Math.Sqrt(Schedule.AlphasCumprod[700]), Math.Sqrt(1 - Schedule.AlphasCumprod[700]));
        Tensor Image(Tensor output) => prediction == Prediction.StartX ? output : S(alpha) * _x - S(sigma) * output;

        var guided = Image(guidance.Predict(_x, At700)[.., ..3]);

        // Algorithm 1 of arXiv:2410.02416, in images.
        var (conditional, unconditional) = (Image(_conditional[.., ..3]), Image(_unconditional[.., ..3]));
        var direction = conditional - unconditional;
        direction = direction * (S(2) / Length(direction).view(-1, 1, 1, 1)).clamp_max(S(1));
        var along = (direction * conditional).sum([1, 2, 3], keepdim: true) / conditional.pow(S(2)).sum([1, 2, 3], keepdim: true) * conditional;
        Near.Equal(conditional.Plus(S(3) * (direction - along)), guided, atol: 1e-4);
    }

    [Fact]
    public void Predict_ApgWithABound_MovesTheImageNoFurther()
    {
        var bounded = Images(Predict(4, 4, new GuidanceSettings { Apg = new ApgSettings(Eta: 1, NormThreshold: 0.01, Momentum: 0) })[.., ..3]);
        Near.Equal(full(2, S(3 * 0.01)), Length(bounded - Images(_conditional[.., ..3])), rtol: 2e-2);
    }

    [Fact]
    public void Predict_ApgWithMomentum_RemembersTheStepBefore()
    {
        using var noGradients = no_grad();
        using var guidance = new ClassifierFreeGuidance(
            new ConditionalNetwork(_network, _text), [4, 4], settings: new GuidanceSettings { Apg = new ApgSettings(Eta: 1, NormThreshold: 0, Momentum: -0.5) });

        var conditional = Images(_conditional[.., ..3]);
        var first = Images(guidance.Predict(_x, At700)[.., ..3]) - conditional;
        var second = Images(guidance.Predict(_x, At700)[.., ..3]) - conditional;
        var third = Images(guidance.Predict(_x, At700)[.., ..3]) - conditional;

        // Sums of the same direction d: d, d - d / 2, d - (d - d / 2) / 2.
        Near.Equal(S(0.5) * first, second, atol: 1e-3);
        Near.Equal(S(0.75) * first, third, atol: 1e-3);
    }

    public static TheoryData<string, GuidanceSettings> Impossible => new()
    {
        { "guidance interval start is -0.1; allowed: 0 to 1", new GuidanceSettings { IntervalStart = -0.1 } },
        { "guidance interval end is 0.2; allowed: the interval's start to 1", new GuidanceSettings { IntervalStart = 0.5, IntervalEnd = 0.2 } },
        { "guidance rescale is NaN; allowed: 0 to 1", new GuidanceSettings { Rescale = double.NaN } },
        { "guidance threshold percentile is 0; allowed: above 0 to 1", new GuidanceSettings { ThresholdPercentile = 0 } },
        { "guidance uses apg and cfg-zero-star; allowed: one of them", new GuidanceSettings { CfgZeroStar = true, Apg = new ApgSettings() } },
        { "guidance apg eta is -1; allowed: 0 or more", new GuidanceSettings { Apg = new ApgSettings(Eta: -1) } },
        { "guidance apg norm threshold is -1; allowed: 0 or more", new GuidanceSettings { Apg = new ApgSettings(NormThreshold: -1) } },
        { "guidance apg momentum is 1; allowed: above -1 to below 1", new GuidanceSettings { Apg = new ApgSettings(Momentum: 1) } },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Validate_ImpossibleSetting_IsRefused(string message, GuidanceSettings settings) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(settings.Validate).Message);

    public void Dispose() => _network.Dispose();

    // Predicted x_0 of an epsilon at timestep 700.
    private Tensor Images(Tensor epsilon)
    {
        var alphaBar = Schedule.AlphasCumprod[700];
        return (_x - S(Math.Sqrt(1 - alphaBar)) * epsilon) / S(Math.Sqrt(alphaBar));
    }

    private long BatchOf(double first, double second, GuidanceSettings? settings = null)
    {
        var seen = 0L;
        var hook = _network.register_forward_hook((_, x, _, _, output) =>
        {
            seen = x.shape[0];
            return output;
        });
        Predict(first, second, settings);
        hook.remove();
        return seen;
    }

    private Tensor Predict(double first, double second, GuidanceSettings? settings = null)
    {
        using var noGradients = no_grad();
        using var guidance = new ClassifierFreeGuidance(new ConditionalNetwork(_network, _text), [first, second], settings: settings) { OnePassAtZero = true };
        return guidance.Predict(_x, At700);
    }

    private static Tensor Length(Tensor images, bool keepdim = false) => images.pow(S(2)).sum([1, 2, 3], keepdim).sqrt();
}
