using System.Text.Json;

namespace Atelier.Golden;

/// <summary>|got - want| may be up to atol + rtol |want|; atol may differ from row to row of the first dimension.</summary>
internal sealed class Tolerance
{
    private readonly double[] _atol;
    private readonly double _rtol;

    /// <param name="output">Name, for messages.</param>
    /// <param name="json">The <c>tolerance</c> of case.json.</param>
    /// <param name="shape">Shape of the output.</param>
    /// <exception cref="InvalidDataException">A number is negative or not finite, or there is not one atol a row.</exception>
    public Tolerance(string output, JsonElement json, long[] shape)
    {
        _rtol = json.Member("rtol").GetDouble();
        _atol = json.TryGetProperty("atol_per_row", out var rows)
            ? [.. rows.EnumerateArray().Select(row => row.GetDouble())]
            : [.. Enumerable.Repeat(json.Member("atol").GetDouble(), shape is [] ? 1 : (int)shape[0])];
        if (_atol.Append(_rtol).Any(value => !(value >= 0 && double.IsFinite(value))))
            throw new InvalidDataException($"the tolerance of output '{output}' is not made of finite numbers from 0");
        if (_atol.Length != (shape is [] ? 1 : shape[0]))
            throw new InvalidDataException($"output '{output}' has {_atol.Length} atols for shape [{string.Join(", ", shape)}]");
    }

    /// <summary>What is allowed at an element of this row whose expected value is <paramref name="want"/>.</summary>
    public double At(long row, double want) => _atol[row] + _rtol * Math.Abs(want);
}
