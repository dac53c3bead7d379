using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;

namespace Atelier.Golden.Processes;

/// <summary>The ways in which a network's output can stand for a mean and a variance; outputs are called <c>START_X.FIXED_SMALL.p_sample</c>.</summary>
internal static class MeanAndVarianceTypes
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var (x, t, noise, output) = (golden.Input("x"), golden.Input("t"), golden.Input("noise"), golden.Input("model_output"));
        foreach (var types in golden.Outputs.Keys.Select(name => string.Join('.', name.Split('.').Take(2))).Distinct())
        {
            var diffusion = new GaussianDiffusion(
                golden.ReadDiffusion("config").Schedule, Parse<Prediction>(types.Split('.')[0]), Parse<VarianceType>(types.Split('.')[1]));
            // A network with a fixed variance has no second half.
            var given = diffusion.LearnsVariance ? output : output.narrow(1, 0, x.shape[1]);

            comparison.CheckDistribution($"{types}.p_mean_variance", diffusion.PMeanVariance(given, x, t));
            comparison.Check($"{types}.p_sample", new AncestralSampler().StepRows(Row, x, diffusion.Run, t, noise).Sample);
            comparison.Check($"{types}.ddim_sample.eta_0.7", new DdimSampler(0.7).StepRows(Row, x, diffusion.Run, t, noise).Sample);

            DenoisingProcess Row(int row) => new(diffusion, new RecordedDenoiser(given[row..(row + 1)]));
        }
    }

    private static T Parse<T>(string name) where T : struct, Enum => Enum.Parse<T>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
