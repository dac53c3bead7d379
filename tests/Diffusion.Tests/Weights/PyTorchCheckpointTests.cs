using System.IO.Compression;
using System.Text;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static Atelier.Diffusion.Tests.Weights.HandMadeCheckpoint;
using static Atelier.Diffusion.Tests.Weights.Pickle;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Weights;

public sealed class PyTorchCheckpointTests
{
    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Read_ZipArchive_HasItsNumbers(CompressionLevel compression)
    {
        var pickle = Program(Dict(("b", Tensor(Storage("FloatStorage", "1", 5), 2, [3], [1])), ("a", Vector("0", 2))));
        using var file = Of(ZipBytes(
            compression, ("x/data.pkl", pickle), ("x/byteorder", "little"u8.ToArray()), ("x/data/0", Bytes([7, 8])), ("x/data/1", Bytes([1, 2, 3, 4, 5]))));

        var read = PyTorchCheckpoint.Read(file.Path).ToDictionary();

        Assert.Equal(["b", "a"], read.Keys);
        Assert.Equal([3f, 4, 5], read["b"].data<float>().ToArray());
        Assert.Equal([7f, 8], read["a"].data<float>().ToArray());
    }

    [Fact]
    public void Read_LegacyFile_FindsEachStorageByItsKey()
    {
        using var file = Legacy(
            Dict(("a", Vector("7", 2, legacy: true)), ("b", Vector("5", 1, legacy: true))), List(Text("5"), Text("7")),
            [.. LegacyStorage(1, 30), .. LegacyStorage(2, 10, 20)]);

        var read = PyTorchCheckpoint.Read(file.Path).ToDictionary();

        Assert.Equal([10f, 20], read["a"].data<float>().ToArray());
        Assert.Equal([30f], read["b"].data<float>().ToArray());
    }

    [Fact]
    public void Read_ViewsOfOneStorage_AreContiguousAndShareNoMemory()
    {
        var storage = Storage("FloatStorage", "0", 6);
        using var file = Zip(
            Program(Dict(
                ("whole", Tensor(storage, 0, [2, 3], [3, 1])), ("transposed", Tensor(storage, 0, [3, 2], [1, 3])),
                ("expanded", Tensor(storage, 4, [2, 2], [0, 1])), ("empty", Tensor(storage, 6, [0, 3], [3, 1])), ("scalar", Tensor(storage, 5, [], [])))),
            ("0", [0, 1, 2, 3, 4, 5]));

        var read = PyTorchCheckpoint.Read(file.Path).ToDictionary();
        read["whole"].fill_(S(9));

        Assert.All(read.Values, tensor => Assert.True(tensor.is_contiguous()));
        Assert.Equal([0f, 3, 1, 4, 2, 5], read["transposed"].data<float>().ToArray());
        Assert.Equal([3L, 2], read["transposed"].shape);
        Assert.Equal([4f, 5, 4, 5], read["expanded"].data<float>().ToArray());
        Assert.Equal([0L, 3], read["empty"].shape);
        Assert.Equal(5, read["scalar"].item<float>());
    }

    [Fact]
    public void Read_AWholeFile_LeavesNoTensorBehind()
    {
        var storage = Storage("FloatStorage", "0", 4);
        using var file = Zip(
            Program(Dict(("a", Tensor(storage, 0, [2], [2])), ("b", Tensor(storage, 1, [3], [1])), ("c", Tensor(Storage("FloatStorage", "1", 4), 0, [2, 2], [1, 2])))),
            ("0", new float[4]), ("1", new float[4]));
        var before = LiveTensors();

        foreach (var (_, tensor) in PyTorchCheckpoint.Read(file.Path)) tensor.Dispose();

        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void ReadHeader_ProtocolFour_IsUnderstood()
    {
        // Framed, with short strings, numbered memo entries and names of globals from the stack; Python 3.8 and later write this.
        byte[] pickle =
        [
            0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0, (byte)'}', 0x94, 0x8c, 1, (byte)'w', 0x94, .. StackGlobal("torch._utils", "_rebuild_tensor_v2"), (byte)'(',
            .. Tuple(Text("storage"), StackGlobal("torch", "HalfStorage"), Text("0"), Text("cuda:0"), Integer(2)), (byte)'Q',
            .. Integer(0), .. Integers(2), .. Integers(1), .. False, .. StackGlobal("collections", "OrderedDict"), (byte)')', (byte)'R', (byte)'t', (byte)'R',
            (byte)'s', (byte)'h', 0, (byte)'0', (byte)'.',
        ];
        using var file = Zip(pickle, ("0", [1]));

        var (name, entry) = Assert.Single(PyTorchCheckpoint.ReadHeader(file.Path));

        Assert.Equal(("w", ScalarType.Float16), (name, entry.DType));
        Assert.Equal([2L], entry.Shape);

        static byte[] StackGlobal(string module, string name) =>
            [0x8c, (byte)module.Length, .. Encoding.ASCII.GetBytes(module), 0x8c, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0x93];
    }

    [Fact]
    public void ReadHeader_PlainValuesOfEveryKindBesideTheTensors_ArePassedOver()
    {
        using var file = Zip(
            Program(
                Dict(
                    ("w", Vector("0", 1)), ("none", None), ("true", [0x88]), ("text", [(byte)'U', 1, (byte)'t']), ("quoted", Line("S'text'")),
                    ("unicode", Line("Vtext")), ("bytes", [(byte)'C', 2, 0, 255]), ("big", Integer(Magic)), ("line", Line("I-5")), ("boolean", Line("I01")),
                    ("long", Line("L12345678901234567890L")), ("float", Line("F1.5e3")), ("double", [(byte)'G', 63, 248, 0, 0, 0, 0, 0, 0]),
                    ("list", List(Integer(1), List())), ("old list", [(byte)'(', (byte)'N', (byte)'l']), ("tuple", Integers(1, 2, 3)),
                    ("old dict", [(byte)'(', .. None, .. None, (byte)'d']), ("dtype", Global("torch", "float16")),
                    ("size", Call(Global("torch", "Size"), Integers(2, 3))), ("pairs", Call(Global("collections", "OrderedDict"), List(Tuple(Text("k"), None)))),
                    ("numbered", [(byte)'}', (byte)'(', .. Integer(1), .. None, .. Integer(1), .. None, (byte)'u']))),
            ("0", [1]));

        Assert.Equal(["w"], PyTorchCheckpoint.ReadHeader(file.Path).Keys);

        static byte[] Line(string line) => Encoding.ASCII.GetBytes(line + "\n");
    }

    [Fact]
    public void ReadHeader_ParametersAndAVersionedOrderedDict_AreUnderstood()
    {
        // A network's state dict carries its versions as an attribute, set by BUILD.
        var parameter = Call(Global("torch._utils", "_rebuild_parameter"), Vector("0", 3), [0x88], Call(Global("collections", "OrderedDict")));
        byte[] state = [.. Call(Global("collections", "OrderedDict")), (byte)'(', .. Text("p"), .. parameter, (byte)'u', .. Dict(("_metadata", Dict())), (byte)'b'];
        using var file = Zip(Program(state), ("0", [1, 2, 3]));

        Assert.Equal(["p"], PyTorchCheckpoint.ReadHeader(file.Path).Keys);
    }

    [Fact]
    public void ReadHeader_StateDictBelowAKey_IsTheOutermostOne()
    {
        // Optimizer state is deeper and named by numbers.
        byte[] optimizer = Dict(("state", [(byte)'}', .. Integer(0), .. Dict(("exp_avg", Vector("1", 1))), (byte)'s']));
        using var file = Zip(
            Program(Dict(("epoch", Integer(3)), ("optimizer", optimizer), ("model", Dict(("w", Vector("0", 2)))))), ("0", [1, 2]), ("1", [3]));

        Assert.Equal(["w"], PyTorchCheckpoint.ReadHeader(file.Path).Keys);
    }

    [Theory]
    [InlineData("model", 1f)]
    [InlineData("ema", 2f)]
    [InlineData("old.ema", 3f)]
    public void Read_OneOfSeveralStateDicts_IsTheNamedOne(string stateDict, float value)
    {
        using var file = Several();

        Assert.Equal(["w"], PyTorchCheckpoint.ReadHeader(file.Path, stateDict).Keys);
        var (_, tensor) = Assert.Single(PyTorchCheckpoint.Read(file.Path, stateDict));
        Assert.Equal(value, tensor.item<float>());
    }

    [Fact]
    public void ReadHeader_StateDictThatIsNotThere_NamesThoseThatAre()
    {
        using var file = Several();

        var refused = Assert.Throws<InvalidDataException>(() => PyTorchCheckpoint.ReadHeader(file.Path, "average"));

        Assert.EndsWith("it has no dictionary of tensors 'average'; --state-dict can choose model, ema, old.ema", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadHeader_FileThatIsOneStateDict_LeavesNoChoice()
    {
        using var file = Zip(Program(Dict(("w", Vector("0", 1)), ("ema", Dict(("v", Vector("1", 1)))))), ("0", [1]), ("1", [2]));

        Assert.Equal(["w"], PyTorchCheckpoint.ReadHeader(file.Path).Keys);
        Assert.Equal(["w"], PyTorchCheckpoint.ReadHeader(file.Path, "model").Keys);
        Assert.Equal(["v"], PyTorchCheckpoint.ReadHeader(file.Path, "ema").Keys);
    }

    [Fact]
    public void ReadHeader_ValuesThatHoldThemselves_AreSearchedOnce()
    {
        byte[] cyclic = [(byte)'}', (byte)'q', 0, .. Text("self"), (byte)'h', 0, (byte)'s'];
        using var file = Zip(Program(cyclic));

        AssertUnusable(file, "it has no dictionary of tensors");
    }

    public static TheoryData<byte[], string> NoClearStateDict => new()
    {
        { None, "it has no dictionary of tensors" },
        { Vector("0", 1), "it has no dictionary of tensors" },
        { List(Dict(("w", Vector("0", 1)))), "it has no dictionary of tensors" },
        { Dict(("epoch", Integer(1))), "it has no dictionary of tensors" },
        {
            Dict(("model", Dict(("w", Vector("0", 1)))), ("step", Integer(1)), ("ema", Dict(("w", Vector("0", 1))))),
            "it has 2 dictionaries of tensors; choose one with --state-dict: model, ema"
        },
        {
            Dict(("a", Dict(("x", Dict(("w", Vector("0", 1)))), ("y", Dict(("w", Vector("0", 1))))))),
            "it has 2 dictionaries of tensors; choose one with --state-dict: a.x, a.y"
        },
        { [(byte)'}', .. Integer(5), .. Vector("0", 1), (byte)'s'], "the name of a tensor is no string: 5" },
        { Dict(("w", None), ("w", Vector("0", 1))), "a dictionary has the key 'w' twice" },
        {
            Call(Global("collections", "OrderedDict"), List(Tuple(Text("w"), None), Tuple(Text("w"), None))),
            "a dictionary has the key 'w' twice"
        },
    };

    [Theory]
    [MemberData(nameof(NoClearStateDict))]
    public void ReadHeader_NoClearStateDict_SaysWhy(byte[] root, string reason)
    {
        using var file = Zip(Program(root), ("0", [1]));

        AssertUnusable(file, reason);
    }

    [Fact]
    public void Read_TheGoldenFiles_GivesTheSameTensorsInBothFormats()
    {
        var folder = GoldenFolder.Find("j-checkpoints")!;
        var zip = PyTorchCheckpoint.Read(Path.Combine(folder, "odd-tensors.pt")).ToDictionary();
        var legacy = PyTorchCheckpoint.Read(Path.Combine(folder, "odd-tensors-legacy.pt")).ToDictionary();

        Assert.Equal(19, zip.Count);
        Assert.Equal(zip.Keys.Order(StringComparer.Ordinal), legacy.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in zip.Where(entry => entry.Key != "specials")) Near.Equal(tensor, legacy[name]);
    }

    private static HandMadeCheckpoint Several() => Zip(
        Program(Dict(
            ("model", Dict(("w", Vector("0", 1)))), ("step", Integer(1)), ("ema", Dict(("w", Vector("1", 1)))),
            ("old", Dict(("ema", Dict(("w", Vector("2", 1)))))))),
        ("0", [1]), ("1", [2]), ("2", [3]));

    internal static void AssertUnusable(HandMadeCheckpoint file, string reason)
    {
        var exception = Assert.Throws<InvalidDataException>(() => PyTorchCheckpoint.ReadHeader(file.Path));
        Assert.StartsWith($"{file.Path} is not a usable PyTorch checkpoint: {reason}", exception.Message, StringComparison.Ordinal);
    }

    private static long LiveTensors() => TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
