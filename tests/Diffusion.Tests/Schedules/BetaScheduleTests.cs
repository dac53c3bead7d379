using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Tests.Schedules;

public sealed class BetaScheduleTests
{
    [Fact]
    public void Named_LinearOfAThousand_RunsFromHoEtAlsFirstBetaToTheirLast()
    {
        var betas = BetaSchedule.Named("linear", 1000);

        Assert.Equal(1000, betas.Length);
        Assert.Equal((1e-4, 0.02), (betas[0], betas[^1]));
        for (var i = 1; i < betas.Length; i++) Assert.Equal(0.0199 / 999, betas[i] - betas[i - 1], 1e-15);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(4000)]
    public void Named_LinearOfAnotherLength_DestroysAsMuchOfTheImage(int timesteps)
    {
        // The sum of betas is about -log alphaBar_T, and the stretched schedule keeps it.
        Assert.Equal(BetaSchedule.Named("linear", 1000).Sum(), BetaSchedule.Named("linear", timesteps).Sum(), 1e-9);
    }

    [Fact]
    public void Named_Cosine_HasTheCosinesAlphaBarUntilTheCap()
    {
        var betas = BetaSchedule.Named("squaredcos_cap_v2", 1000);

        var alphaBar = 1.0;
        for (var t = 0; t < 999; t++)
        {
            alphaBar *= 1 - betas[t];
            var expected = AlphaBar((t + 1) / 1000.0) / AlphaBar(0);
            if (betas[t] < 0.999) Assert.Equal(expected, alphaBar, 1e-12);
        }
        Assert.Equal(0.999, betas[^1]);

        static double AlphaBar(double part) => (1 + Math.Cos((part + 0.008) / 1.008 * Math.PI)) / 2;
    }

    [Fact]
    public void Named_Cosine_IsAnotherNameForSquaredcosCapV2() =>
        Assert.Equal(BetaSchedule.Named("squaredcos_cap_v2", 40), BetaSchedule.Named("cosine", 40));

    [Theory]
    [InlineData("linear", 20)]
    [InlineData("linear", 1000)]
    [InlineData("squaredcos_cap_v2", 1)]
    [InlineData("squaredcos_cap_v2", 7)]
    [InlineData("squaredcos_cap_v2", 1000)]
    public void Named_AnyLength_HasBetasInTheirRange(string name, int timesteps) =>
        Assert.All(BetaSchedule.Named(name, timesteps), beta => Assert.True(beta is > 0 and <= 1, $"{beta}"));

    [Fact]
    public void Named_LinearOfTooFewSteps_IsRefusedWithTheBetaThatLeavesItsRange()
    {
        var exception = Assert.Throws<ArgumentException>(() => BetaSchedule.Named("linear", 10));

        Assert.Equal("schedule 'linear' of 10 timesteps has beta 1.1155555555555556 at 5; betas lie in (0, 1]", exception.Message);
    }

    [Fact]
    public void Named_UnknownName_IsRefusedWithTheKnownOnes()
    {
        var exception = Assert.Throws<ArgumentException>(() => BetaSchedule.Named("sigmoid", 10));

        Assert.StartsWith("unknown noise schedule 'sigmoid'; known: linear, squaredcos_cap_v2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Named_NoTimesteps_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => BetaSchedule.Named("linear", 0));

    [Fact]
    public void Ranged_Quad_IsLinearInItsRoot()
    {
        var roots = Array.ConvertAll(BetaSchedule.Ranged("quad", 0.01, 0.04, 3), Math.Sqrt);

        Assert.Equal([0.1, 0.15, 0.2], roots.Select(root => Math.Round(root, 15)));
    }

    [Fact]
    public void Ranged_Jsd_CountsDownToOne() => Assert.Equal([1 / 4.0, 1 / 3.0, 1 / 2.0, 1], BetaSchedule.Ranged("jsd", 0, 0, 4));

    [Fact]
    public void Ranged_Warmup_RisesOverItsPartAndStays()
    {
        Assert.Equal([0.25, 0.5, 0.75, 0.75, 0.75, 0.75], BetaSchedule.Ranged("warmup50", 0.25, 0.75, 6));
        Assert.Equal([0.5, 0.5], BetaSchedule.Ranged("const", 0.1, 0.5, 2));
    }

    [Fact]
    public void Ranged_UnknownName_IsRefusedWithTheKnownOnes()
    {
        var exception = Assert.Throws<ArgumentException>(() => BetaSchedule.Ranged("cubic", 0.1, 0.2, 3));

        Assert.StartsWith(
            "unknown noise schedule 'cubic'; known: quad, linear, warmup10, warmup50, const, jsd", exception.Message, StringComparison.Ordinal);
    }
}
