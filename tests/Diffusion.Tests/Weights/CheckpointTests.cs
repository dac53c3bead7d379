using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static Atelier.Diffusion.Tests.Weights.Pickle;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Weights;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("w.safetensors", false)]
    [InlineData("w.other", false)]
    [InlineData("w", false)]
    [InlineData("w.pt", true)]
    [InlineData("w.PTH", true)]
    [InlineData("w.ckpt", true)]
    [InlineData("w.bin", true)]
    [InlineData("w.other", true)]
    public void Open_AnyFormat_ReadsTheSameTensors(string name, bool pytorch)
    {
        Write(name, pytorch);

        var checkpoint = Checkpoint.Open(In(name));

        Assert.Equal(In(name), checkpoint.Path);
        Assert.Equal(ScalarType.Float32, checkpoint.Header["w"].DType);
        Assert.Equal([2L], checkpoint.Header["w"].Shape);
        var (key, tensor) = Assert.Single(checkpoint.Read());
        Assert.Equal("w", key);
        Assert.Equal([1f, 2], tensor.data<float>().ToArray());
    }

    [Fact]
    public void Open_LegacyFileWithoutAnExtension_IsKnownByItsContent()
    {
        File.Copy(Path.Combine(GoldenFolder.Find("j-checkpoints")!, "odd-tensors-legacy.pt"), In("model"));

        Assert.Equal(19, Checkpoint.Open(In("model")).Header.Count);
    }

    [Theory]
    [InlineData("w.pt", "is not a usable PyTorch checkpoint")]
    [InlineData("w.safetensors", "is not a usable safetensors file")]
    [InlineData("w.json", "is not a usable index of shards")]
    [InlineData("w", "is not a usable safetensors file")]
    public void Open_FileInNoFormat_IsRefusedByName(string name, string reason)
    {
        foreach (var content in new[] { "", "no", "no tensors in here" })
        {
            File.WriteAllText(In(name), content);

            var exception = Assert.Throws<InvalidDataException>(() => Checkpoint.Open(In(name)));
            Assert.StartsWith($"{In(name)} {reason}: ", exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_IndexOfShards_ReadsEachTensorFromItsFile()
    {
        Safetensors.Write(In("1.safetensors"), [new("a", full(2, S(1.0))), new("b", full(1, S(2.0))), new("unused", zeros(1))]);
        Safetensors.Write(In("2.safetensors"), [new("a", zeros(5)), new("c", full([], S(3.0)))]);
        WriteIndex("""{"metadata":{"total_size":16},"weight_map":{"c":"2.safetensors","a":"1.safetensors","b":"1.safetensors"}}""");

        var checkpoint = Checkpoint.Open(In("model.safetensors.index.json"));

        Assert.Equal(["c", "a", "b"], checkpoint.Header.Keys);
        Assert.Equal([2L], checkpoint.Header["a"].Shape);
        var read = checkpoint.Read().ToDictionary();
        Assert.Equal(["a", "b", "c"], read.Keys.Order());
        Near.Equal(full(2, S(1.0)), read["a"]);
        Near.Equal(full([], S(3.0)), read["c"]);
    }

    [Theory]
    [InlineData("", "The input does not contain any JSON tokens")]
    [InlineData("[]", "there is StartArray at byte 0 instead of StartObject")]
    [InlineData("{}", "it has no 'weight_map'")]
    [InlineData("""{"weight_map":{"w":"w.safetensors"},"weight_map":{}}""", "it has 'weight_map' twice")]
    [InlineData("""{"weight_map":{"\ud800":"w.safetensors"}}""", "Cannot read incomplete UTF-16 JSON text as string with missing low surrogate")]
    [InlineData("""{"weight_map":{"w":"w.safetensors"}}{}""", "'{' is invalid after a single JSON value")]
    [InlineData("""{"weight_map":[]}""", "there is StartArray at byte 14 instead of StartObject")]
    [InlineData("""{"weight_map":{}}""", "it names no tensor")]
    [InlineData("""{"weight_map":{"a":1}}""", "Cannot get the value of a token type 'Number' as a string")]
    [InlineData("""{"weight_map":{"a":null}}""", "tensor 'a' is in '', which is not the name of a file beside it")]
    [InlineData("""{"weight_map":{"a":".."}}""", "tensor 'a' is in '..', which is not the name of a file beside it")]
    [InlineData("""{"weight_map":{"a":"../w.safetensors"}}""", "tensor 'a' is in '../w.safetensors', which is not the name of a file beside it")]
    [InlineData("""{"weight_map":{"a":"/w.safetensors"}}""", "tensor 'a' is in '/w.safetensors', which is not the name of a file beside it")]
    [InlineData("""{"weight_map":{"a":"..\\w.safetensors"}}""", "tensor 'a' is in '..\\w.safetensors', which is not the name of a file beside it")]
    [InlineData("""{"weight_map":{"a":"C:w.safetensors"}}""", "tensor 'a' is in 'C:w.safetensors', which is not the name of a file beside it")]
    [InlineData("""{"weight_map":{"a":"model.safetensors.index.json"}}""", "tensor 'a' is in 'model.safetensors.index.json', another index")]
    [InlineData("""{"weight_map":{"w":"w.safetensors","w":"w.safetensors"}}""", "tensor 'w' appears twice")]
    [InlineData("""{"weight_map":{"w":"x.safetensors"}}""", "its file x.safetensors is missing")]
    [InlineData("""{"weight_map":{"w":"w.safetensors","a":"w.safetensors"}}""", "its file w.safetensors lacks tensor 'a'")]
    public void Open_BadIndex_NamesTheFileAndTheReason(string index, string reason)
    {
        Write("w.safetensors", pytorch: false);
        WriteIndex(index);

        var exception = Assert.Throws<InvalidDataException>(() => Checkpoint.Open(In("model.safetensors.index.json")));

        Assert.StartsWith($"{In("model.safetensors.index.json")} is not a usable index of shards: {reason}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DamagedShard_NamesTheShard()
    {
        File.WriteAllText(In("w.safetensors"), "damaged");
        WriteIndex("""{"weight_map":{"w":"w.safetensors"}}""");

        var exception = Assert.Throws<InvalidDataException>(() => Checkpoint.Open(In("model.safetensors.index.json")));

        Assert.StartsWith($"{In("w.safetensors")} is not a usable safetensors file", exception.Message, StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private void WriteIndex(string json) => File.WriteAllText(In("model.safetensors.index.json"), json);

    private void Write(string name, bool pytorch)
    {
        if (!pytorch)
        {
            Safetensors.Write(In(name), [new("w", tensor(new[] { 1f, 2 }))]);
            return;
        }
        using var file = HandMadeCheckpoint.Zip(Program(Dict(("w", Vector("0", 2)))), ("0", [1, 2]));
        File.Copy(file.Path, In(name));
    }
}
