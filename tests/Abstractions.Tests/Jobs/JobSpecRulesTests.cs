using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Sampling;

namespace Atelier.Abstractions.Tests.Jobs;

public sealed class JobSpecRulesTests
{
    private static readonly JobSpec Valid = new() { Model = "shapes", ModelDigest = new string('a', 64) };

    public static TheoryData<JobSpec, string> Refused => new()
    {
        { Valid with { Model = " " }, "model is ' '; allowed: the name of a model folder" },
        { Valid with { ModelDigest = "ABC" }, "model digest is 'ABC'; allowed: 64 hexadecimal digits" },
        { Valid with { GuidanceScale = double.NaN }, "guidance scale is 'NaN'; allowed: -1000 to 1000" },
        { Valid with { Width = 4 }, "width is '4'; allowed: 8 to 4096, in steps of what the model allows" },
        { Valid with { Height = 5000 }, "height is '5000'; allowed: 8 to 4096, in steps of what the model allows" },
        { Valid with { Sampler = "heunn" }, "sampler is 'heunn'; allowed: ancestral, ddim, euler, euler-ancestral, plms, dpmpp-2m, dpmpp-2m-karras" },
        { Valid with { Steps = 0 }, "steps is '0'; allowed: 1 to the number of timesteps the model was trained with" },
        { Valid with { Sampler = "plms", Steps = 2 }, "steps is '2'; allowed: 3 or more with plms" },
        { Guided(guidance => guidance with { Method = "cads" }), "guidance method is 'cads'; allowed: plain, apg, cfg-zero-star" },
        { Guided(guidance => guidance with { IntervalStart = -0.1 }), "guidance interval start is '-0.1'; allowed: 0 to 1" },
        { Guided(guidance => guidance with { IntervalStart = 0.5, IntervalEnd = 0.4 }), "guidance interval end is '0.4'; allowed: the interval's start to 1" },
        { Guided(guidance => guidance with { Weights = "sine" }), "guidance weights is 'sine'; allowed: constant, linear, cosine" },
        { Guided(guidance => guidance with { Rescale = double.NaN }), "guidance rescale is 'NaN'; allowed: 0 to 1" },
        { Guided(guidance => guidance with { ThresholdPercentile = 0 }), "threshold percentile is '0'; allowed: above 0 to 1" },
        { Guided(guidance => guidance with { ApgEta = -1 }), "apg eta is '-1'; allowed: 0 to 1000" },
        { Guided(guidance => guidance with { ApgNormThreshold = -1 }), "apg norm threshold is '-1'; allowed: 0 to 1000000" },
        { Guided(guidance => guidance with { ApgMomentum = 1 }), "apg momentum is '1'; allowed: above -1 to below 1" },
        { Valid with { ClassifierScale = double.PositiveInfinity }, "classifier scale is 'Infinity'; allowed: -1000 to 1000" },
        { Valid with { Eta = 1.5 }, "eta is '1.5'; allowed: 0 to 1" },
        { Valid with { Sampler = "plms", Eta = 0.5 }, "eta is '0.5'; allowed: 0 with plms; only ddim has it" },
        { Valid with { ImagesPerPrompt = 0 }, "images per prompt is '0'; allowed: 1 to 10000" },
        { Valid with { BatchSize = 4097 }, "batch is '4097'; allowed: 1 to 4096, by-job or auto" },
        { Valid with { ShardSize = 0 }, "shard size is '0'; allowed: 1 to 1000000, or by-job" },
        { Valid with { ShardSize = SizeChoice.ByDevice }, "shard size is 'auto'; allowed: 1 to 1000000, or by-job" },
        { Valid with { Format = "gif" }, "format is 'gif'; allowed: png, jpg, webp" },
        { Valid with { Quality = 0 }, "quality is '0'; allowed: 1 to 100" },
        { Valid with { Numerics = "close" }, "numerics is 'close'; allowed: same, any, or the hash of a numerics class" },
    };

    private static JobSpec Guided(Func<GuidanceSpec, GuidanceSpec> change) => Valid with { Guidance = change(Valid.Guidance) };

    [Fact]
    public void Check_TheDefaults_Passes() => JobSpecRules.Check(Valid);

    [Fact]
    public void BatchSize_Auto_IsAllowedAndIsEqualToItselfOnly()
    {
        var auto = Valid with { BatchSize = SizeChoice.ByDevice };
        JobSpecRules.Check(auto);
        Assert.Empty(JobSpecRules.Differences(auto, auto with { }));
        Assert.Equal(["batch is auto there, 16 here"], JobSpecRules.Differences(auto, Valid with { BatchSize = 16 }));
    }

    [Fact]
    public void Differences_ASizeThatIsLeftToTheJob_AgreesWithAny()
    {
        Assert.Empty(JobSpecRules.Differences(Valid with { BatchSize = 16, ShardSize = 64 }, Valid));
        Assert.Empty(JobSpecRules.Differences(Valid with { BatchSize = SizeChoice.ByDevice }, Valid));
        Assert.Equal(["batch is by-job there, 4 here", "shard size is by-job there, 8 here"], JobSpecRules.Differences(Valid, Valid with { BatchSize = 4, ShardSize = 8 }));
    }

    [Fact]
    public void Differences_OfASettledSpec_AreNoneWithThePlansNumbers()
    {
        var settled = JobPlan.Of(Valid, 16).Settle(Valid);
        Assert.Empty(JobSpecRules.Differences(settled, Valid with { BatchSize = 4, ShardSize = 4 }));
        Assert.Equal(["batch is 4 there, auto here"], JobSpecRules.Differences(settled, Valid with { BatchSize = SizeChoice.ByDevice }));
        Assert.Equal(Valid with { BatchSize = 2, ShardSize = 6 }, JobPlan.Of(Valid, 16).Settle(Valid with { BatchSize = 2, ShardSize = 6 }));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Check_ABadSetting_NamesItItsValueAndWhatIsAllowed(JobSpec spec, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidInputException>(() => JobSpecRules.Check(spec)).Message);

    [Fact]
    public void Differences_OfEqualSpecs_AreNone() => Assert.Empty(JobSpecRules.Differences(Valid, Valid with { }));

    [Fact]
    public void Differences_CoverEverySetting()
    {
        var other = new JobSpec
        {
            Model = "other",
            ModelDigest = new string('b', 64),
            GuidanceScale = 1,
            Sampler = "ddim",
            Steps = 7,
            Eta = 0.5,
            ImagesPerPrompt = 2,
            Seed = 1,
            BatchSize = 2,
            ShardSize = 3,
            Format = "jpg",
            Quality = 4,
            Numerics = "any",
            NegativePrompt = "blurred",
            ClassifierScale = 2,
            Upsample = false,
            Width = 512,
            Height = 256,
            ModelLicence = "mit",
            Guidance = new GuidanceSpec
            {
                Method = "apg",
                IntervalStart = 0.1,
                IntervalEnd = 0.9,
                Weights = "linear",
                Rescale = 0.5,
                ThresholdPercentile = 0.9,
                ApgEta = 1,
                ApgNormThreshold = 1,
                ApgMomentum = 0,
            },
        };
        // The guidance is an object; its settings are compared one by one.
        var settings = typeof(JobSpec).GetProperties().Length - 1 + typeof(GuidanceSpec).GetProperties().Length;
        Assert.Equal(settings, JobSpecRules.Differences(Valid, other).Count);
    }

    [Fact]
    public void Differences_SayWhatIsThereAndHere() =>
        Assert.Equal(["guidance scale is 3 there, 1.5 here"], JobSpecRules.Differences(Valid, Valid with { GuidanceScale = 1.5 }));
}
