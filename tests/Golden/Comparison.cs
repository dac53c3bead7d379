using System.Globalization;
using static TorchSharp.torch;

namespace Atelier.Golden;

/// <summary>Compares what this repository computes with a case's outputs, and keeps the account of what was compared.</summary>
internal sealed class Comparison(GoldenCase golden)
{
    private readonly HashSet<string> _compared = [];
    private readonly HashSet<string> _leftOut = [];
    private readonly HashSet<string> _reasons = [];
    private readonly List<string> _problems = [];
    private (string What, double Difference, double Allowed)? _worst;
    private string? _skipped;

    /// <summary>Compares a tensor with the output of this name.</summary>
    /// <param name="output">Name in case.json.</param>
    /// <param name="got">The tensor.</param>
    public void Check(string output, Tensor got) => CheckPart(output, output, got, whole => whole);

    /// <summary>Compares a tensor with a part of an output.</summary>
    /// <param name="output">Name in case.json.</param>
    /// <param name="what">Name for the report.</param>
    /// <param name="got">The tensor.</param>
    /// <param name="part">Takes the part; the first dimension stays, as tolerances belong to its rows.</param>
    public void CheckPart(string output, string what, Tensor got, Func<Tensor, Tensor> part)
    {
        if (!golden.Outputs.TryGetValue(output, out var expected))
        {
            _problems.Add($"case.json has no output '{output}'");
            return;
        }
        _compared.Add(output);
        var want = part(expected.Want);
        if (!got.shape.SequenceEqual(want.shape) || got.dtype != want.dtype)
            _problems.Add($"{what} is {got.dtype} [{string.Join(", ", got.shape)}] instead of {want.dtype} [{string.Join(", ", want.shape)}]");
        else if (want.numel() == 0)
            _problems.Add($"{what} is empty");
        else
            Compare(what, Values(got), Values(want), row: want.numel() / (want.shape is [var rows, ..] ? rows : 1), expected.Tolerance);
    }

    /// <summary>Compares what has no tolerance: tokens, names, errors.</summary>
    public void CheckExactly<T>(string output, IEnumerable<T> got, IEnumerable<T> want)
    {
        _compared.Add(output);
        if (!got.SequenceEqual(want)) _problems.Add($"{output} is [{Start(got)}] instead of [{Start(want)}]");

        static string Start(IEnumerable<T> values) => string.Join(", ", values.Take(8)) + (values.Skip(8).Any() ? ", ..." : "");
    }

    /// <summary>Leaves outputs out whose functions are not implemented yet, and says so in the report.</summary>
    /// <param name="reason">What they need.</param>
    /// <param name="outputs">Their names.</param>
    public void LeaveOut(string reason, IEnumerable<string> outputs)
    {
        _reasons.Add(reason);
        _leftOut.UnionWith(outputs.Where(output => !_compared.Contains(output)));
    }

    /// <summary>Skips the whole case.</summary>
    public void Skip(string reason) => _skipped = reason;

    /// <summary>The verdict: an output that was neither compared nor left out by name fails the case, and so does a case without outputs.</summary>
    public CaseResult Finish()
    {
        if (_skipped is not null) return new CaseResult(Outcome.Skip, golden.Name, _skipped);
        _problems.AddRange(golden.Outputs.Keys.Where(output => !_compared.Contains(output) && !_leftOut.Contains(output))
            .Select(output => $"nothing computed output '{output}'"));
        if (_compared.Count == 0) _problems.Add("nothing was compared");

        List<string> detail = [_leftOut.Count > 0 ? $"{_compared.Count} of {_compared.Count + _leftOut.Count} outputs"
            : _compared.Count == 1 ? "1 output" : $"{_compared.Count} outputs"];
        if (_leftOut.Count > 0) detail.Add($"not covered: {string.Join(", ", _reasons)}");
        detail.AddRange(_problems.Take(3));
        if (_problems.Count > 3) detail.Add($"and {_problems.Count - 3} more problems");
        detail.Add(_worst is { } worst
            ? string.Create(CultureInfo.InvariantCulture, $"worst {worst.What}: |got - want| {worst.Difference:0.0e+00} where {worst.Allowed:0.0e+00} is allowed")
            : "compared exactly");
        return new CaseResult(_problems.Count == 0 ? Outcome.Pass : Outcome.Fail, golden.Name, string.Join("; ", detail));
    }

    private void Compare(string what, double[] got, double[] want, long row, Tolerance tolerance)
    {
        var outside = 0;
        for (var i = 0; i < want.Length; i++)
        {
            var (difference, allowed) = (Math.Abs(got[i] - want[i]), tolerance.At(i / row, want[i]));
            if (!(difference <= allowed)) outside++;
            if (_worst is not { } worst || Ratio(difference, allowed) > Ratio(worst.Difference, worst.Allowed)) _worst = (what, difference, allowed);
        }
        if (outside > 0) _problems.Add($"{what} is wrong in {outside} of {want.Length} elements");
    }

    // Not a number is farther off than any number.
    private static double Ratio(double difference, double allowed) =>
        double.IsNaN(difference) ? double.PositiveInfinity : difference == 0 ? 0 : difference / allowed;

    private static double[] Values(Tensor tensor)
    {
        using var values = tensor.detach().to_type(ScalarType.Float64).contiguous();
        return values.data<double>().ToArray();
    }
}
