using System.Text.Json;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Golden.Networks;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Golden.Processes;

/// <summary>Training objectives, and their gradients at some parameters; outputs are called <c>rescaled_kl.grad.out.2.bias</c>.</summary>
internal static class TrainingLosses
{
    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        using var gradients = enable_grad();
        using var network = golden.LoadUNetModel();
        foreach (var parameter in network.parameters()) parameter.requires_grad = true;
        foreach (var entry in golden.Json.Member("diffusion").EnumerateObject())
        {
            var (objective, config) = (entry.Name, entry.Value);
            var loss = Check(golden, comparison, network, objective, config, DiffusionCase.ReadDiffusion(config, ""), golden.Input("t"));
            var prefix = $"{objective}.grad.";
            var parameters = network.named_parameters().ToDictionary(parameter => parameter.name, parameter => parameter.parameter);
            string[] names = [.. golden.Outputs.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
            var computed = autograd.grad([loss.mean()], [.. names.Select(name => (Tensor)parameters[name[prefix.Length..]])]);
            foreach (var (name, gradient) in names.Zip(computed)) comparison.Check(name, gradient);
        }

        // The 20 steps are those of the rescaled hybrid objective, and t is scaled down to them.
        var hybrid = golden.Json.Member("diffusion").Member("rescaled_mse_hybrid");
        var full = DiffusionCase.ReadDiffusion(hybrid, "");
        var respaced = DiffusionCase.ReadDiffusion(hybrid, "20");
        Check(golden, comparison, network, "respaced20_hybrid", hybrid, respaced,
            golden.Input("t").mul(S(respaced.Schedule.Steps)).div(S(full.Schedule.Steps), RoundingMode.floor).to_type(ScalarType.Int64));

        var (xStart, t, noise) = (golden.Input("x_start"), golden.Input("t"), golden.Input("noise"));
        var x = full.QSample(xStart, t, noise);
        var output = network.call(x, full.NetworkTimesteps(t), golden.Input("y"));
        comparison.Check("x_t", x);
        comparison.Check("prior_bpd", TrainingLoss.PriorBits(full, xStart));
        comparison.Check("vb_terms_bpd.clip", TrainingLoss.VariationalBound(full, output, xStart, x, t).Bits);
        comparison.Check("glide_finetune_mse", (output.narrow(1, 0, 3) - noise).pow(S(2)).mean().view(1));
    }

    private static Tensor Check(
        GoldenCase golden, Comparison comparison, UNetModel network, string objective, JsonElement config, GaussianDiffusion diffusion, Tensor t)
    {
        var (xStart, noise) = (golden.Input("x_start"), golden.Input("noise"));
        var x = diffusion.QSample(xStart, t, noise);
        var output = network.call(x, diffusion.NetworkTimesteps(t), golden.Input("y"));
        if (config.TryGetProperty("use_kl", out _))
        {
            var kl = TrainingLoss.RescaledKl(diffusion, output, xStart, x, t);
            comparison.Check($"{objective}.loss", kl);
            return kl;
        }
        // Without rescale_learned_sigmas the bound counts fully.
        var weight = config.TryGetProperty("rescale_learned_sigmas", out _) ? diffusion.Schedule.Steps / 1000.0 : 1;
        var (loss, mse, bound) = TrainingLoss.Hybrid(diffusion, output, xStart, x, t, noise, boundWeight: weight);
        comparison.Check($"{objective}.loss", loss);
        comparison.Check($"{objective}.mse", mse);
        comparison.Check($"{objective}.vb", bound * S(weight));
        return loss;
    }
}
