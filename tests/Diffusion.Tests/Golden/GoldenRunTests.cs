using Atelier.Golden;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Golden;

public sealed class GoldenRunTests
{
    private const string Embedding = "k-timestep-embedding", Likelihood = "h2-likelihood";

    [Fact]
    public void Run_CommittedCases_AllPassAndOnlyTheOfficialVocabularyIsMissing()
    {
        var (code, lines) = Run(GoldenFolder.Committed);

        Assert.Equal(0, code);
        Assert.Equal("43 passed, 0 failed, 1 skipped", lines[^1]);
        Assert.Equal(
            [
                "a-schedule-linear", "a-schedule-squaredcos_cap_v2", "a-timestep-maps", "adm-512-keys", "adm-64-keys", "adm-classifier-64-keys",
                "adm-upsample-64-256-keys", "b0-glide-text2im-trace", "b3-glide-text2im-cache", "c3-glide-superres-inpaint-32",
                "e2-adm-classcond-neworder", "e7-adm-classifier-adaptive", "f1-single-steps-linear", "f1-single-steps-squaredcos_cap_v2",
                "f2-glide-loops-cfg", "f4-adm-mean-var-types", "g-plms-cfg", "glide-base-keys", "glide-upsample-inpaint-keys", "h1-training-losses",
                Likelihood, "j-checkpoints", "k-primitives", Embedding, "l1-clip-eos-new", "l3-vae-sdxl-16x40",
                "l4-dpmpp-2m", "l4-euler", "l4-flow-match-euler", "l4-pndm", "l5-sdxl-loop",
                "l6-flux-trace", "l6-pixart-trace", "l6-sd35-large-qknorm", "l6-t5", "l7-flux-dev-transformer-keys", "l7-sd-vae-keys",
                "l7-sdxl-text-encoder-2-keys", "l7-sdxl-unet-keys", "m2-if2-unet-trace", "m4-prior-no-prd",
                "m4-text-proj", "m5-karlo-prior-keys",
            ],
            lines.Where(line => line.StartsWith("PASS ", StringComparison.Ordinal)).Select(line => line.Split(' ', ':')[1]));
        Assert.Equal(
            ["SKIP i-tokenizer: the official vocabulary is not in glide-tokenizer beside the case"],
            lines.Where(line => line.StartsWith("SKIP ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Run_OneAlteredValue_FailsItsCaseAndNoOther()
    {
        using var copy = new GoldenCopy(Embedding, Likelihood);
        copy.EditTensors(Likelihood, tensors => tensors["out.normal_kl"].view(-1)[5].add_(S(0.1), alpha: S(1)));

        var (code, lines) = Run(copy.FullName);

        Assert.Equal(1, code);
        Assert.StartsWith($"FAIL {Likelihood}: 3 outputs; normal_kl is wrong in 1 of 216 elements; worst normal_kl: |got - want| 1.0e-01", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"PASS {Embedding}: 9 outputs; worst ", lines[1], StringComparison.Ordinal);
        Assert.Equal("1 passed, 1 failed, 0 skipped", lines[2]);
    }

    [Fact]
    public void Run_NotANumberWhereTheReferenceHasOneToo_Fails()
    {
        using var copy = new GoldenCopy(Likelihood);
        copy.EditTensors(Likelihood, tensors =>
        {
            tensors["in.cdf_x"].fill_(S(double.NaN));
            tensors["out.cdf"].fill_(S(double.NaN));
        });

        Assert.Contains("cdf is wrong in 49 of 49 elements", FailureOf(copy, Likelihood), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OutputThatNothingComputes_Fails()
    {
        using var copy = new GoldenCopy(Likelihood);
        copy.EditJson(Likelihood, "\"cdf\": {", "\"new\": {");
        copy.EditTensors(Likelihood, tensors => tensors["out.new"] = Take(tensors, "out.cdf"));

        var failure = FailureOf(copy, Likelihood);

        Assert.Contains("case.json has no output 'cdf'", failure, StringComparison.Ordinal);
        Assert.Contains("nothing computed output 'new'", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OutputMissingFromTheTensors_Fails()
    {
        using var copy = new GoldenCopy(Likelihood);
        copy.EditTensors(Likelihood, tensors => Take(tensors, "out.cdf"));

        Assert.Contains("tensors.safetensors has no 'out.cdf'", FailureOf(copy, Likelihood), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OutputWithoutATolerance_Fails()
    {
        using var copy = new GoldenCopy(Likelihood);
        copy.EditTensors(Likelihood, tensors => tensors["out.new"] = zeros(1));

        Assert.Contains("case.json gives no tolerance for 'out.new'", FailureOf(copy, Likelihood), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OutputOfAnotherShapeThanOurs_Fails()
    {
        using var copy = new GoldenCopy(Likelihood);
        copy.EditTensors(Likelihood, tensors => tensors["in.cdf_x"] = zeros(7));

        Assert.Contains("cdf is Float32 [7] instead of Float32 [49]", FailureOf(copy, Likelihood), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"case\"", "case", "'c' is an invalid start of a property name")]
    [InlineData("\"atol\": 1e-05", "\"atol\": -1", "the tolerance of output 'cdf' is not made of finite numbers from 0")]
    [InlineData("\"rtol\"", "\"relative\"", "case.json has no 'rtol' where one is needed")]
    [InlineData("\"atol\"", "\"absolute\"", "case.json has no 'atol' where one is needed")]
    [InlineData("    49", "    48", "output 'cdf' is F32 [48] in case.json but Float32 [49] in tensors.safetensors")]
    public void Run_MalformedCaseJson_FailsWithTheReasonAndGoesOn(string old, string replacement, string reason)
    {
        using var copy = new GoldenCopy(Embedding, Likelihood);
        copy.EditJson(Likelihood, old, replacement);

        Assert.Contains(reason, FailureOf(copy, Likelihood), StringComparison.Ordinal);
        Assert.StartsWith($"PASS {Embedding}", Run(copy.FullName).Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ClassThatIsNotImplemented_IsSkippedByName()
    {
        using var copy = new GoldenCopy();
        File.WriteAllText(Path.Combine(copy.FullName, "new-keys.json"), """{ "repo": "someone/network-of-tomorrow", "class": "its.NewNet" }""");

        var (code, lines) = Run(copy.FullName);

        Assert.Equal(0, code);
        Assert.Equal(["SKIP new-keys: network-of-tomorrow NewNet is not implemented yet", "0 passed, 0 failed, 1 skipped"], lines);
    }

    [Fact]
    public void Run_BadUsage_IsTwoAndSaysWhy()
    {
        using var empty = new GoldenCopy();

        Assert.Equal((2, "usage: dotnet run --project tests/Golden -- <folder with golden cases>"), Refusal([]));
        Assert.Equal((2, "there is no folder /no/such"), Refusal(["/no/such"]));
        Assert.Equal((2, $"there is neither a case.json nor a *-keys.json below {empty.FullName}"), Refusal([empty.FullName]));

        static (int, string) Refusal(string[] arguments)
        {
            using var error = new StringWriter();
            return (GoldenRun.Run(arguments, TextWriter.Null, error), error.ToString().TrimEnd());
        }
    }

    private static string FailureOf(GoldenCopy copy, string name)
    {
        var (code, lines) = Run(copy.FullName);
        Assert.Equal(1, code);
        return Assert.Single(lines, line => line.StartsWith($"FAIL {name}: ", StringComparison.Ordinal));
    }

    private static (int Code, string[] Lines) Run(string folder)
    {
        using var output = new StringWriter();
        var code = GoldenRun.Run([folder], output, TextWriter.Null);
        return (code, output.ToString().TrimEnd().Split(Environment.NewLine));
    }

    private static Tensor Take(Dictionary<string, Tensor> tensors, string name)
    {
        Assert.True(tensors.Remove(name, out var tensor));
        return tensor;
    }
}
