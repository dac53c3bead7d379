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
        "unknown sampler 'heunn'; known: ancestral, ddim, euler, euler-ancestral, plms, dpmpp-2m, dpmpp-2m-karras", Assert.Throws<ArgumentException>(() => Settings("heunn").CreateSampler()).Message);

    private static SamplingSettings Settings(string sampler) => new() { Sampler = sampler, Steps = 4, BatchSize = 1 };
}
