using Atelier.Golden.Checkpoints;
using Atelier.Golden.Loops;
using Atelier.Golden.Networks;
using Atelier.Golden.Processes;
using Atelier.Golden.Schedules;
using Atelier.Golden.Tokenization;
using static TorchSharp.torch;

namespace Atelier.Golden;

/// <summary>The classes of golden cases, told apart by name: what runs each.</summary>
internal static class CaseClasses
{
    // The first name that a case's begins with decides.
    private static readonly (string Name, Action<GoldenCase, Comparison> Compute)[] Implemented =
    [
        ("a-schedule-", ScheduleTables.Compute),
        ("a-timestep-maps", TimestepMaps.Compute),
        ("adm-", CheckpointLayout.Compute),
        ("b0-", Text2ImTrace.Compute),
        ("b3-", Text2ImCache.Compute),
        ("b", Forward.Text2Im),
        ("c", Forward.Text2Im),
        ("d", Forward.Text2Im),
        ("e6-", Classifier.Compute),
        ("e7-", Classifier.Compute),
        ("e", Forward.UNetModel),
        ("f1-", SingleSteps.Compute),
        ("f2-", GuidedLoops.Compute),
        ("f3-", ClassifierLoops.Compute),
        ("f4-", MeanAndVarianceTypes.Compute),
        ("f5-", InpaintingLoop.Compute),
        ("f6-", UpsamplingLoop.Compute),
        ("g-", MultiStepLoops.Compute),
        ("glide-", CheckpointLayout.Compute),
        ("h1-", TrainingLosses.Compute),
        ("h2-", Likelihood.Compute),
        ("i-", Prompts.Compute),
        ("j-", PyTorchFiles.Compute),
        ("k-primitives", Primitives.Compute),
        ("k-timestep-embedding", TimestepEmbeddings.Compute),
        ("l1-", InferenceNetworks.Compute),
        ("l2-", InferenceNetworks.Compute),
        ("l3-", InferenceNetworks.Compute),
        ("l6-", InferenceNetworks.Compute),
        ("l7-", InferenceLayout.Compute),
        ("l4-tables", DiffusersSchedules.ComputeTables),
        ("l4-ddim", DiffusersSchedules.Compute),
        ("l4-ddpm", DiffusersSchedules.Compute),
        ("l4-dpmpp-2m", DiffusersSchedules.Compute),
        ("l4-euler", DiffusersSchedules.Compute),
        ("l4-flow-match-euler", DiffusersSchedules.Compute),
        ("l4-pndm", DiffusersSchedules.Compute),
        ("l5-", LatentLoops.Compute),
        ("m1-", InferenceNetworks.Compute),
        ("m2-", InferenceNetworks.Compute),
        ("m4-decoder-", InferenceNetworks.Compute),
        ("m4-prior", InferenceNetworks.Compute),
        ("m4-sr-", InferenceNetworks.Compute),
        ("m4-text-proj", InferenceNetworks.Compute),
        ("m5-", InferenceLayout.Compute),
    ];

    /// <summary>Runs a case. Whatever goes wrong is its result, so that the other cases still run.</summary>
    /// <param name="file">Its case.json or *-keys.json.</param>
    public static CaseResult Run(string file)
    {
        var name = GoldenCase.NameOf(file);
        try
        {
            using var scope = NewDisposeScope();
            using var noGradients = no_grad();
            var golden = new GoldenCase(file);
            if (Implemented.FirstOrDefault(known => name.StartsWith(known.Name, StringComparison.Ordinal)).Compute is not { } compute)
                return new CaseResult(Outcome.Skip, name, $"{Needs(golden)} is not implemented yet");
            var comparison = new Comparison(golden);
            compute(golden, comparison);
            return comparison.Finish();
        }
        catch (Exception reason)
        {
            return new CaseResult(Outcome.Fail, name, reason.Message);
        }
    }

    private static string Needs(GoldenCase golden) =>
        $"{LastPart(golden, "repo", '/')} {LastPart(golden, golden.Json.TryGetProperty("class", out _) ? "class" : "function", '.')}";

    private static string LastPart(GoldenCase golden, string property, char separator) =>
        golden.Json.Member(property).GetString()!.Split(separator)[^1];
}
