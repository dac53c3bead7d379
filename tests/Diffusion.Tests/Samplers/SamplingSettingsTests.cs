using Atelier.Diffusion.Samplers;

namespace Atelier.Diffusion.Tests.Samplers;

public sealed class SamplingSettingsTests
{
    [Fact]
    public void CreateSampler_KnownName_IsThatSampler()
    {
        Assert.IsType<AncestralSampler>(Settings("ancestral").CreateSampler());
        Assert.IsType<DdimSampler>(Settings("ddim").CreateSampler());
        Assert.True(Assert.IsType<DdimSampler>((Settings("ddim") with { Eta = 0.5 }).CreateSampler()).UsesNoise);
        Assert.IsType<PlmsSampler>(Settings("plms").CreateSampler());
        Assert.IsType<DpmSolverSampler>(Settings("dpmpp-2m").CreateSampler());
        Assert.IsType<DpmSolverSampler>(Settings("dpmpp-2m-karras").CreateSampler());
    }

    [Fact]
    public void CreateSampler_UnknownName_IsRefusedWithTheKnownOnes() => Assert.Equal(
        "unknown sampler 'heunn'; known: ancestral, ddim, plms, dpmpp-2m, dpmpp-2m-karras", Assert.Throws<ArgumentException>(() => Settings("heunn").CreateSampler()).Message);

    [Fact]
    public void CreateSchedule_OfItsSteps_IncludesBothEnds() =>
        Assert.Equal([0, 333, 666, 999], Settings("ddim").CreateSchedule("linear", 1000).TimestepMap);

    [Fact]
    public void CreateSchedule_MoreStepsThanTimesteps_IsRefused() => Assert.Equal(
        "cannot take 4 steps from a section of 3 timesteps",
        Assert.Throws<ArgumentException>(() => Settings("ddim").CreateSchedule("squaredcos_cap_v2", 3)).Message);

    private static SamplingSettings Settings(string sampler) => new() { Sampler = sampler, Steps = 4, BatchSize = 1 };
}
