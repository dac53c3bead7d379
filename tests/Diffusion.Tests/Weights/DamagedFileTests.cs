using System.IO.Compression;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Tests.Tokenization;
using Atelier.Diffusion.Tokenization;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Tests.Weights.HandMadeCheckpoint;
using static Atelier.Diffusion.Tests.Weights.Pickle;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Weights;

/// <summary>
/// Every file that a model is read from, cut and with single bytes changed: it is read or refused by name, and neither costs more than a small file may.
/// </summary>
public sealed class DamagedFileTests : IDisposable
{
    private const long Budget = 2 << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly VocabularyFolder _vocabulary = new();

    public DamagedFileTests()
    {
        _vocabulary.WriteMerges("a b", "ab c");
        Safetensors.Write(In("w.safetensors"), [new("a", ones(3)), new("b", ones(2, 2))], new Dictionary<string, string> { ["k"] = "v" });
        var pickle = Program(Dict(("w", Vector("0", 60)), ("v", Tensor(Storage("FloatStorage", "1", 9), 1, [2, 2], [3, 1]))));
        File.WriteAllBytes(In("stored.pt"), ZipBytes(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("a/byteorder", "little"u8.ToArray()), ("a/data/0", new byte[240]), ("a/data/1", new byte[36])));
        File.WriteAllBytes(In("deflated.pt"), ZipBytes(CompressionLevel.Optimal, ("a/data.pkl", pickle), ("a/data/0", new byte[240]), ("a/data/1", new byte[36])));
        using (var legacy = Legacy(Dict(("w", Vector("0", 2, legacy: true))), List(Text("0")), LegacyStorage(2, 1, 2))) File.Copy(legacy.Path, In("legacy.pt"));
        File.WriteAllText(In("index.json"), """{"metadata":{"total_size":28},"weight_map":{"a":"w.safetensors","b":"w.safetensors"}}""");
        NativeFolder.WriteConfig(_folder.FullName, TinyModel.Config);
        File.WriteAllText(In("classes.txt"), "circle\nsquare\nred star\n");
    }

    public static TheoryData<string> Formats =>
        ["w.safetensors", "stored.pt", "deflated.pt", "legacy.pt", "index.json", "model.json", "classes.txt", "encoder.json", "vocab.bpe", "encoder.json.gz", "vocab.bpe.gz"];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_WholeFile_Succeeds(string format) => Read(Prepare(format));

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_CutAtEvery64th_SucceedsOrIsRefusedByName(string format)
    {
        var path = Prepare(format);
        var whole = File.ReadAllBytes(path);
        for (var part = 0; part < 64; part++) AssertReadOrRefused(path, whole[..(whole.Length * part / 64)]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_OneByteChanged_SucceedsOrIsRefusedByName(string format)
    {
        var path = Prepare(format);
        var whole = File.ReadAllBytes(path);
        var random = new Random(1);
        for (var trial = 0; trial < 400; trial++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[random.Next(whole.Length)] ^= (byte)random.Next(1, 256);
            AssertReadOrRefused(path, damaged);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Read_ANamedPipe_IsRefused(string format)
    {
        var path = Prepare(format);
        NamedPipe.Replace(path);

        Assert.Equal($"{path} is a named pipe; allowed: a regular file", Assert.Throws<InvalidDataException>(() => Read(path)).Message);
    }

    [Theory]
    [InlineData("w.safetensors", 200_000_000_000, " is not a usable safetensors file: its header claims 0 bytes; the file has 200000000000")]
    [InlineData("stored.pt", 200_000_000_000, " is not a usable PyTorch checkpoint: it is neither a zip archive nor a pickle")]
    [InlineData("index.json", 2_000_000_000, " has 2000000000 bytes; allowed: at most 16777216 bytes")]
    [InlineData("model.json", 2_000_000_000, " has 2000000000 bytes; allowed: at most 1048576 bytes")]
    [InlineData("classes.txt", 2_000_000_000, " has 2000000000 bytes; allowed: at most 16777216 bytes")]
    [InlineData("encoder.json", 2_000_000_000, " has 2000000000 bytes; allowed: at most 67108864 bytes")]
    [InlineData("vocab.bpe", 2_000_000_000, " has 2000000000 bytes; allowed: at most 67108864 bytes")]
    public void Read_ALongFileOfNothing_IsRefusedWithoutReadingIt(string format, long length, string reason)
    {
        var path = Prepare(format);
        using (var file = File.Create(path)) file.SetLength(length);

        Allocation.AssertAtMost(Budget, () => Assert.Equal(path + reason, Assert.Throws<InvalidDataException>(() => Read(path)).Message));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _vocabulary.Dispose();
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>The path of a sound file of a format.</summary>
    private string Prepare(string format)
    {
        if (File.Exists(In(format))) return In(format);
        var path = Path.Combine(_vocabulary.FullName, format);
        if (format.EndsWith(".gz", StringComparison.Ordinal)) VocabularyFolder.Compress(path[..^3]);
        return path;
    }

    private static void AssertReadOrRefused(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        // Another file of the folder may be refused, such as a shard that a damaged index names.
        Allocation.AssertAtMost(Budget, () =>
        {
            try
            {
                Read(path);
            }
            catch (InvalidDataException refusal)
            {
                Assert.StartsWith(Path.GetDirectoryName(path)!, refusal.Message, StringComparison.Ordinal);
                Assert.InRange(refusal.Message.Length, path.Length, path.Length + 600);
            }
        });
    }

    private static void Read(string path)
    {
        switch (Path.GetFileName(path))
        {
            case "model.json":
                NativeFolder.ReadConfig(path);
                break;
            case "classes.txt":
                ClassNames.Load(path, 3);
                break;
            case var name when name.StartsWith("encoder.json", StringComparison.Ordinal) || name.StartsWith("vocab.bpe", StringComparison.Ordinal):
                BpeTokenizer.Load(Path.GetDirectoryName(path)!);
                break;
            default:
                foreach (var (_, tensor) in Checkpoint.Open(path).Read()) tensor.Dispose();
                break;
        }
    }
}
