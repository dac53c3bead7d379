using Atelier.Diffusion.Schedules;

namespace Atelier.Diffusion.Tests.Schedules;

public sealed class NoiseScheduleTests
{
    public static TheoryData<string, string> Respacings => new()
    {
        { "linear", "" }, { "linear", "7" }, { "linear", "fast27" }, { "squaredcos_cap_v2", "" }, { "squaredcos_cap_v2", "100" }, { "squaredcos_cap_v2", "ddim50" },
    };

    [Theory]
    [MemberData(nameof(Respacings))]
    public void Create_Respaced_KeepsAlphaBarAtTheKeptTimesteps(string name, string respacing)
    {
        var full = NoiseSchedule.Create(name, 1000);
        var respaced = NoiseSchedule.Create(name, 1000, respacing);

        Assert.Equal(TimestepRespacing.Choose(respacing, 1000), respaced.TimestepMap);
        Assert.Equal(1000, respaced.OriginalTimesteps);
        Assert.Equal(respaced.TimestepMap.Length, respaced.Steps);
        for (var i = 0; i < respaced.Steps; i++)
        {
            var expected = full.AlphasCumprod[respaced.TimestepMap[i]];
            Assert.Equal(expected, respaced.AlphasCumprod[i], 1e-9 * expected);
        }
    }

    [Theory]
    [MemberData(nameof(Respacings))]
    public void Tables_OfAnySchedule_SatisfyTheirDefinitions(string name, string respacing)
    {
        var schedule = NoiseSchedule.Create(name, 1000, respacing);

        for (var i = 0; i < schedule.Steps; i++)
        {
            var (alphaBar, previous) = (schedule.AlphasCumprod[i], i == 0 ? 1 : schedule.AlphasCumprod[i - 1]);
            Assert.InRange(schedule.Betas[i], double.Epsilon, 1);
            Assert.InRange(alphaBar, double.Epsilon, previous);
            Assert.Equal(previous, schedule.AlphasCumprodPrevious[i]);
            Assert.Equal(i == schedule.Steps - 1 ? 0 : schedule.AlphasCumprod[i + 1], schedule.AlphasCumprodNext[i]);
            Assert.Equal(1 - alphaBar / previous, schedule.Betas[i], 1e-12);
            Assert.Equal(1, Square(schedule.SqrtAlphasCumprod[i]) + Square(schedule.SqrtOneMinusAlphasCumprod[i]), 1e-12);
            Assert.Equal(1 - alphaBar, Math.Exp(schedule.LogOneMinusAlphasCumprod[i]), 1e-12);
            Assert.Equal(1, Square(schedule.SqrtReciprocalAlphasCumprod[i]) * alphaBar, 1e-12);
            Assert.Equal(schedule.SqrtOneMinusAlphasCumprod[i] / schedule.SqrtAlphasCumprod[i], schedule.SqrtReciprocalMinusOneAlphasCumprod[i],
                1e-9 * schedule.SqrtReciprocalAlphasCumprod[i]);
        }

        static double Square(double x) => x * x;
    }

    [Theory]
    [MemberData(nameof(Respacings))]
    public void Posterior_OfTheMeanOfTheForwardProcess_IsTheMeanOfTheStepBefore(string name, string respacing)
    {
        // E[x_{t-1} | x_0] = sqrt(alphaBar_{t-1}) x_0 is the posterior's mean averaged over x_t, whose mean is sqrt(alphaBar_t) x_0;
        // and Var[x_{t-1} | x_0] = 1 - alphaBar_{t-1} is its variance plus that of its mean (law of total variance).
        var schedule = NoiseSchedule.Create(name, 1000, respacing);

        for (var i = 0; i < schedule.Steps; i++)
        {
            var (a, b) = (schedule.PosteriorMeanCoefficient1[i], schedule.PosteriorMeanCoefficient2[i]);
            Assert.Equal(Math.Sqrt(schedule.AlphasCumprodPrevious[i]), a + b * schedule.SqrtAlphasCumprod[i], 1e-9);
            Assert.Equal(1 - schedule.AlphasCumprodPrevious[i], schedule.PosteriorVariance[i] + b * b * (1 - schedule.AlphasCumprod[i]), 1e-9);
        }
    }

    [Fact]
    public void PosteriorLogVarianceClipped_AtTheLastStep_IsTheOneBefore()
    {
        var schedule = NoiseSchedule.Create("linear", 1000, "5");

        Assert.Equal(0, schedule.PosteriorVariance[0]);
        Assert.Equal(Math.Log(schedule.PosteriorVariance[1]), schedule.PosteriorLogVarianceClipped[0]);
        Assert.Equal(schedule.PosteriorVariance.Skip(1), schedule.PosteriorLogVarianceClipped.Skip(1).Select(Math.Exp), (x, y) => Math.Abs(x - y) < 1e-15);
    }

    [Fact]
    public void PosteriorLogVarianceClipped_OfASingleStep_IsFinite()
    {
        var schedule = NoiseSchedule.Create("squaredcos_cap_v2", 1000, "1");

        Assert.Equal([Math.Log(schedule.Betas[0])], schedule.PosteriorLogVarianceClipped);
    }
}
