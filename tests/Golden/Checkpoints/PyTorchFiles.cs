using System.Globalization;
using System.Text.Json;
using Atelier.Diffusion.Weights;
using static TorchSharp.torch;

namespace Atelier.Golden.Checkpoints;

/// <summary>Files of torch.save, sound, damaged and hostile, through the checkpoint reader. The case says what each file holds.</summary>
internal static class PyTorchFiles
{
    private const int NestedEntries = 6;

    private static readonly string[] s_forbidden = ["os.system", "posix.system", "builtins.eval"];

    private static readonly Dictionary<string, ScalarType> s_dtypes = new()
    {
        ["float64"] = ScalarType.Float64,
        ["float32"] = ScalarType.Float32,
        ["float16"] = ScalarType.Float16,
        ["bfloat16"] = ScalarType.BFloat16,
        ["int64"] = ScalarType.Int64,
        ["int32"] = ScalarType.Int32,
        ["int16"] = ScalarType.Int16,
        ["int8"] = ScalarType.Int8,
        ["uint8"] = ScalarType.Byte,
        ["bool"] = ScalarType.Bool,
    };

    public static void Compute(GoldenCase golden, Comparison comparison)
    {
        var expected = Checkpoint.Open(Path.Combine(golden.Folder, "expected.safetensors")).Read().ToDictionary();
        foreach (var file in golden.Json.Member("files").EnumerateObject().SelectMany(entry => Files(golden, entry.Name)))
        {
            var name = Path.GetFileName(file);
            switch (name)
            {
                case "tiny-fp32.pt" or "tiny-fp32-legacy.pt": CheckTensors(comparison, file, expected); break;
                case "tiny-fp16.pt": CheckTensors(comparison, file, Converted(expected, _ => ScalarType.Float16)); break;
                case "tiny-convert_to_fp16.pt":
                    var dtypes = golden.Json.Member("convert_to_fp16_dtypes");
                    CheckTensors(comparison, file, Converted(expected, key => s_dtypes[dtypes.Member(key).GetString()!]));
                    break;
                case "nested.pt": CheckTensors(comparison, file, expected.Take(NestedEntries).ToDictionary()); break;
                case "odd-tensors.pt" or "odd-tensors-legacy.pt": CheckTensors(comparison, file, Written(golden.Json.Member("odd_tensors"))); break;
                case var hostile when hostile.StartsWith("malicious-", StringComparison.Ordinal):
                    comparison.CheckExactly(name, [Refusal(file, hostile: true)], ["refused by name"]);
                    break;
                case var broken when broken.StartsWith("broken-", StringComparison.Ordinal):
                    comparison.CheckExactly(name, [Refusal(file, hostile: false)], ["refused"]);
                    break;
                default: throw new InvalidDataException($"case.json has the file '{name}', which nothing here knows");
            }
        }
    }

    private static string[] Files(GoldenCase golden, string pattern)
    {
        var files = Directory.GetFiles(golden.Folder, pattern);
        return files.Length > 0 ? files : throw new InvalidDataException($"{golden.Folder} has no {pattern}");
    }

    private static void CheckTensors(Comparison comparison, string file, Dictionary<string, Tensor> want)
    {
        var name = Path.GetFileName(file);
        var checkpoint = Checkpoint.Open(file);
        comparison.CheckExactly($"{name} header", checkpoint.Header.Select(entry => Describe(entry.Key, entry.Value.DType, entry.Value.Shape)), Header(want));
        var got = checkpoint.Read().ToDictionary();
        comparison.CheckExactly($"{name} tensors", got.Order(want.Keys), Header(want));
        foreach (var (key, tensor) in want)
        {
            if (got.TryGetValue(key, out var read)) comparison.CheckExactly($"{name} {key}", Bits(read), Bits(tensor));
        }
    }

    // The order of reading is not part of what a file holds; that of the header is.
    private static IEnumerable<string> Order(this Dictionary<string, Tensor> tensors, IEnumerable<string> names) =>
        Header(names.Where(tensors.ContainsKey).Concat(tensors.Keys.Except(names)).ToDictionary(name => name, name => tensors[name]));

    private static IEnumerable<string> Header(Dictionary<string, Tensor> tensors) =>
        tensors.Select(entry => Describe(entry.Key, entry.Value.dtype, entry.Value.shape));

    private static string Describe(string name, ScalarType type, long[] shape) => $"{name}: {type} [{string.Join(", ", shape)}]";

    // As bits, so that infinities, the sign of zero and numbers that are none compare too; of the latter there are many equal ones.
    private static IEnumerable<long> Bits(Tensor tensor)
    {
        using var values = tensor.to_type(ScalarType.Float64);
        return [.. values.data<double>().Select(value => BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value))];
    }

    private static Dictionary<string, Tensor> Converted(Dictionary<string, Tensor> tensors, Func<string, ScalarType> type) =>
        tensors.ToDictionary(entry => entry.Key, entry => entry.Value.to_type(type(entry.Key)));

    private static Dictionary<string, Tensor> Written(JsonElement tensors) => tensors.EnumerateObject().ToDictionary(
        entry => entry.Name,
        entry =>
        {
            var shape = entry.Value.Member("shape").EnumerateArray().Select(length => length.GetInt64()).ToArray();
            double[] values = [.. entry.Value.Member("values").EnumerateArray().Select(value => Number(value.GetString()!))];
            return tensor(values, dtype: ScalarType.Float64).view(shape).to_type(s_dtypes[entry.Value.Member("dtype").GetString()!]);
        });

    private static double Number(string python) => python switch
    {
        "True" => 1,
        "False" => 0,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        "nan" => double.NaN,
        _ => double.Parse(python, CultureInfo.InvariantCulture),
    };

    private static string Refusal(string file, bool hostile)
    {
        try
        {
            foreach (var (_, tensor) in Checkpoint.Open(file).Read()) tensor.Dispose();
            return "read";
        }
        catch (InvalidDataException refusal)
        {
            if (!refusal.Message.StartsWith(file, StringComparison.Ordinal)) return refusal.Message;
            if (!hostile) return "refused";
            return s_forbidden.Any(name => refusal.Message.Contains($" wants to run {name};", StringComparison.Ordinal)) ? "refused by name" : refusal.Message;
        }
    }
}
