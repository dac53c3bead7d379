using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Tests.Weights.HandMadeCheckpoint;
using static Atelier.Diffusion.Tests.Weights.Pickle;
using static Atelier.Diffusion.Tests.Weights.PyTorchCheckpointTests;

namespace Atelier.Diffusion.Tests.Weights;

public sealed class HostileCheckpointTests
{
    public static TheoryData<byte[], string> ForeignCode => new()
    {
        { Global("os", "system"), "os.system" },
        { [.. Global("posix", "system"), (byte)'0', .. Dict(("w", Vector("0", 1)))], "posix.system" },
        { Global("torch", "load"), "torch.load" },
        { Global("torch", "_utils._rebuild_tensor_v2"), "torch._utils._rebuild_tensor_v2" },
        { Global("torch.storage", "UntypedStorage"), "torch.storage.UntypedStorage" },
        { Global("builtins", "getattr\t\u0007"), "builtins.getattr\uFFFD\uFFFD" },
        { Global(new string('m', 200), "x"), new string('m', 80) + "..." },
        { [.. Text("nt"), .. Text("system"), 0x93], "nt.system" },
        { [(byte)'(', .. Text("sh"), .. "ios\nsystem\n"u8], "os.system" },
        { [(byte)'(', .. "icollections\nOrderedDict\n"u8], "collections.OrderedDict" },
        { [(byte)'(', .. Global("collections", "OrderedDict"), (byte)'o'], "the constructor of a class" },
        { [.. Global("collections", "OrderedDict"), (byte)')', 0x81], "the constructor of a class" },
        { [.. Global("collections", "OrderedDict"), (byte)')', (byte)'}', 0x92], "the constructor of a class" },
        { [0x82, 7], "extension 7 of Python's registry" },
        { [0x83, 0, 1], "extension 256 of Python's registry" },
        { [0x84, 255, 255, 255, 255], "extension 4294967295 of Python's registry" },
    };

    [Theory]
    [MemberData(nameof(ForeignCode))]
    public void ReadHeader_MentionOfForeignCode_IsRefusedByName(byte[] instructions, string name)
    {
        using var zip = Zip(Program(instructions), ("0", [1]));
        using var legacy = Legacy(instructions, List(), []);

        foreach (var path in new[] { zip.Path, legacy.Path })
        {
            var exception = Assert.Throws<InvalidDataException>(() => PyTorchCheckpoint.ReadHeader(path));
            Assert.Equal($"{path} wants to run {name}; a checkpoint may only hold tensors and plain values", exception.Message);
        }
    }

    public static TheoryData<byte[], string> BadPickles => new()
    {
        { [], "its pickle takes more values than it has" },
        { [0x80, 6], "its pickle has protocol 6; known: 0 to 5" },
        { [0x8f], "its pickle has the instruction 0x8F, which no checkpoint needs" },
        { [0xff], "its pickle has the instruction 0xFF, which no checkpoint needs" },
        { "PA\n"u8.ToArray(), "its pickle has the persistent id A" },
        { [(byte)'N', (byte)'Q'], "its pickle has a persistent id that names no storage" },
        { [.. Tuple(Text("module"), Text("x")), (byte)'Q'], "its pickle has a persistent id that names no storage" },
        { [.. Tuple(Text("storage"), Text("FloatStorage"), Text("0"), Text("cpu"), Integer(1)), (byte)'Q'], "its pickle has a persistent id that names no storage" },
        { [.. Tuple(Text("storage"), Global("torch", "FloatStorage"), Text("0"), Text("cpu"), Integer(1), Tuple(Text("v"), Integer(0), Integer(1))), (byte)'Q'], "its pickle has a persistent id that names no storage" },
        { Storage("FloatStorage", "0", -1), "storage '0' has -1 elements" },
        { Storage("FloatStorage", "0", long.MaxValue), $"storage '0' has {long.MaxValue} elements" },
        { Tuple(Storage("FloatStorage", "0", 1), Storage("FloatStorage", "0", 2)), "storage '0' is described in two ways" },
        { Tuple(Storage("FloatStorage", "0", 1), Storage("IntStorage", "0", 1)), "storage '0' is described in two ways" },
        { Call(Text("f")), "its pickle calls something that is no function with arguments that it does not take" },
        { [.. Global("collections", "OrderedDict"), (byte)'N', (byte)'R'], "its pickle calls OrderedDict with arguments that it does not take" },
        { Call(Global("collections", "OrderedDict"), List(Text("kv"))), "its pickle makes an OrderedDict of something else than pairs" },
        { Call(Global("torch._utils", "_rebuild_tensor_v2"), None), "its pickle calls RebuildTensor with arguments that it does not take" },
        { Call(Global("torch._utils", "_rebuild_parameter"), None), "its pickle calls RebuildParameter with arguments that it does not take" },
        { Call(Global("torch", "Size"), Tuple(Text("2"))), "its pickle has a size or stride that is no integer" },
        { [.. Dict(), (byte)'N', (byte)'b'], "its pickle sets the state of something that is no OrderedDict" },
        { [.. Vector("0", 1), .. Dict(), (byte)'b'], "its pickle sets the state of something that is no OrderedDict" },
        { [(byte)'h', 0], "its pickle recalls value 0, which it never stored" },
        { "g-1\n"u8.ToArray(), "its pickle recalls value -1, which it never stored" },
        { [(byte)'N', .. "p-1\n"u8], "its pickle stores a value as number -1" },
        { [(byte)'N', (byte)'r', 0, 0, 64, 0], "its pickle stores a value as number 4194304" },
        { [(byte)'q', 0], "its pickle takes more values than it has" },
        { [(byte)'N', (byte)'(', (byte)'0', (byte)'0', (byte)'0'], "its pickle takes more values than it has" },
        { [(byte)'N', (byte)'(', 0x85], "its pickle takes more values than it has" },
        { [(byte)'t'], "its pickle ends a sequence that it did not begin" },
        { [(byte)'N', (byte)'N', (byte)'a'], "its pickle appends to something that is no list" },
        { [(byte)'N', (byte)'N', (byte)'N', (byte)'s'], "its pickle sets an item of something that is no dictionary" },
        { [(byte)'}', (byte)'(', (byte)'N', (byte)'u'], "its pickle has a key without a value" },
        { [(byte)'N', (byte)'N', 0x93], "its pickle mentions a global whose name is no string" },
        { [(byte)'U', 1, 255], "its pickle has a string that is not UTF-8" },
        { [(byte)'X', 255, 255, 255, 255], "its pickle has a string of 4294967295 bytes; at most 16777216 are allowed" },
        { [0x8d, 255, 255, 255, 255, 255, 255, 255, 255], "its pickle has a string of 18446744073709551615 bytes" },
        { [(byte)'X', 0, 0, 0, 1], "its pickle is truncated" },
        { [0x8a, 65, .. new byte[65]], "its pickle has an integer of 65 bytes" },
        { [0x8b, 255, 255, 255, 255], "its pickle has an integer of -1 bytes" },
        { "Ieleven\n"u8.ToArray(), "its pickle has the integer eleven" },
        { "Feleven\n"u8.ToArray(), "its pickle has the number eleven" },
        { "S'\\x41'\n"u8.ToArray(), "its pickle has the string '\\x41'" },
        { "V\\u0041\n"u8.ToArray(), "its pickle has the string \\u0041" },
        { [(byte)'V', .. new byte[70_000]], "its pickle has a line of more than 65536 bytes" },
        { Repeat("("u8, 1001), "its pickle is nested more than 1000 deep" },
        { Repeat("N"u8, (1 << 20) + 1), "its pickle stacks more than 1048576 values" },
        { Repeat("]0"u8, (1 << 22) + 1), "its pickle has more than 4194304 values" },
    };

    [Theory]
    [MemberData(nameof(BadPickles))]
    public void ReadHeader_BadPickle_NamesTheFileAndTheReason(byte[] instructions, string reason)
    {
        using var file = Zip(Program(instructions), ("0", [1]));

        AssertUnusable(file, reason);
    }

    public static TheoryData<long, long[], long[], string> BadTensors => new()
    {
        { 0, [5], [1], "a tensor ends at element 4 of storage '0', which has 4" },
        { 3, [2], [1], "a tensor ends at element 4 of storage '0', which has 4" },
        { 0, [2, 2], [3, 1], "a tensor ends at element 4 of storage '0', which has 4" },
        { 5, [0], [1], "a tensor starts at element 5 of storage '0', which has 4" },
        { -1, [1], [1], "a tensor starts at element -1 of storage '0', which has 4" },
        { long.MaxValue, [1], [1], $"a tensor starts at element {long.MaxValue} of storage '0', which has 4" },
        { 0, [2], [-1], "a tensor of shape [2] has strides [-1]" },
        { 0, [2], [long.MaxValue], $"a tensor ends at element {long.MaxValue} of storage '0', which has 4" },
        { 0, [1 << 30, 1 << 30], [long.MaxValue, long.MaxValue], "a tensor ends at element " },
        { 0, [-2], [1], "a tensor has shape [-2]" },
        { 0, [1L << 40, 1L << 40], [0, 0], "a tensor has shape [1099511627776, 1099511627776]" },
        { 0, [0, 1L << 40, 1L << 40], [0, 0, 0], "a tensor has shape [0, 1099511627776, 1099511627776]" },
        { 0, [2], [1, 1], "a tensor has 1 lengths and 2 strides" },
        { 0, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], "a tensor has 17 lengths and 17 strides" },
        { 0, [1L << 40], [0], "its tensors have 1099511627776 elements, its storages only 4" },
    };

    [Theory]
    [MemberData(nameof(BadTensors))]
    public void ReadHeader_TensorOutsideItsStorage_IsRefused(long offset, long[] shape, long[] strides, string reason)
    {
        using var file = Zip(Program(Dict(("w", Tensor(Storage("FloatStorage", "0", 4), offset, shape, strides)))), ("0", new float[4]));

        AssertUnusable(file, reason);
    }

    [Fact]
    public void ReadHeader_MoreTensorsThanAnyNetworkHas_IsRefused()
    {
        // One tensor's arguments, stored once; then its function called again and again.
        byte[] one = [.. Global("torch._utils", "_rebuild_tensor"), (byte)'q', 0, .. Tuple(Storage("FloatStorage", "0", 1), Integer(0), Integers(1), Integers(1)), (byte)'q', 1];
        using var file = Zip(Program(one, Repeat([(byte)'h', 0, (byte)'h', 1, (byte)'R', (byte)'0'], (1 << 18) + 1)), ("0", [1]));

        AssertUnusable(file, "it has more than 262144 tensors");
    }

    [Fact]
    public void ReadHeader_PickleOfManyMegabytes_IsRefused()
    {
        byte[] text = [(byte)'X', 0, 0, 0, 1, .. new byte[16 << 20], (byte)'0'];
        using var legacy = Legacy(Join(text, text, text, text), List(), []);
        using var zip = ZipOf(("x/data.pkl", new byte[(64 << 20) + 1]));

        AssertUnusable(legacy, "its pickle is longer than 67108864 bytes");
        AssertUnusable(zip, "its file x/data.pkl has 67108865 bytes; at most 67108864 are allowed");
    }

    public static TheoryData<(string, byte[])[], string> BadArchives => new()
    {
        { [], "it has 0 files <folder>/data.pkl instead of one" },
        { [("data.pkl", Program(None))], "it has 0 files <folder>/data.pkl instead of one" },
        { [("a/b/data.pkl", Program(None))], "it has 0 files <folder>/data.pkl instead of one" },
        { [("a/data.pkl", Program(None)), ("b/data.pkl", Program(None))], "it has 2 files <folder>/data.pkl instead of one" },
        { [("a/data.pkl", Program(None)), ("a/data.pkl", Program(None))], "it has the file a/data.pkl twice" },
        { [("a/data.pkl", Program(None)), ("a/byteorder", "big"u8.ToArray())], "its byte order is 'big'; known: little" },
        { [("a/data.pkl", Program(None)), ("a/byteorder", new byte[17])], "its file a/byteorder has 17 bytes; at most 16 are allowed" },
        { [("a/data.pkl", Program(Vector("0", 1)))], "it has no file a/data/0" },
        { [("a/data.pkl", Program(Vector("0", 1))), ("b/data/0", new byte[4])], "it has no file a/data/0" },
        { [("a/data.pkl", Program(Vector("0", 2))), ("a/data/0", new byte[7])], "its file a/data/0 has 7 bytes instead of 8" },
    };

    [Theory]
    [MemberData(nameof(BadArchives))]
    public void ReadHeader_BadArchive_NamesTheFileAndTheReason((string, byte[])[] entries, string reason)
    {
        using var file = ZipOf(entries);

        AssertUnusable(file, reason);
    }

    [Fact]
    public void ReadHeader_EncryptedArchive_IsRefused()
    {
        using var file = EditDirectory(CompressionLevel.NoCompression, entry => entry[8] |= 1);

        AssertUnusable(file, "its file a/data.pkl is encrypted");
    }

    [Fact]
    public void ReadHeader_LengthThatNoCompressionReaches_IsRefused()
    {
        using var file = EditDirectory(CompressionLevel.Optimal, entry =>
        {
            if (Encoding.ASCII.GetString(entry.AsSpan(46, 8)) == "a/data/0") BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(24), 1 << 30);
        });

        AssertUnusable(file, "its file a/data/0 claims to have 1073741824 bytes, more than ");
    }

    [Fact]
    public void Read_ElementsThatEndEarly_AreRefused()
    {
        using var file = EditDirectory(
            CompressionLevel.Optimal, entry => BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(24), BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(24)) + 4),
            length: 101, stored: 100);

        var exception = Assert.Throws<InvalidDataException>(() => PyTorchCheckpoint.Read(file.Path).Count());

        Assert.StartsWith($"{file.Path} is not a usable PyTorch checkpoint: ", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>A deflated storage of 4 TB by its zip64 fields, in 419 bytes.</summary>
    private const string Zip64Lie =
        "UEsDBBQAAAAAACcre12VGfjBlQAAAJUAAAAQAAAAYXJjaGl2ZS9kYXRhLnBrbIACfShYAQAAAHdjdG9yY2guX3V0aWxzCl9yZWJ1aWxkX3RlbnNvcl92Mgoo" +
        "KFgHAAAAc3RvcmFnZWN0b3JjaApGbG9hdFN0b3JhZ2UKWAEAAAAwWAMAAABjcHWKBgAAAAAAAXRRSwAoigYAAAAAAAF0KEsBdIljY29sbGVjdGlvbnMKT3Jk" +
        "ZXJlZERpY3QKKVJ0UnUuUEsDBBQAAAAAACcre11VS7vsEAAAABAAAAAOAAAAYXJjaGl2ZS9kYXRhLzAAAAAAAAAAAAAAAAAAAAAAUEsBAhQDFAAAAAAAJyt7" +
        "XZUZ+MGVAAAAlQAAABAAAAAAAAAAAAAAAIABAAAAAGFyY2hpdmUvZGF0YS5wa2xQSwECFAMUAAAAAAAnK3tdVUu77P//////////DgAUAAAAAAAAAAAAgAHD" +
        "AAAAYXJjaGl2ZS9kYXRhLzABABAAAAAAAAAEAAAAAAAAAAQAAFBLBQYAAAAAAgACAI4AAAD/AAAAAAA=";

    [Fact]
    public void ReadHeader_Zip64LengthsThatTheFileCannotHold_AreRefused()
    {
        using var file = Of(Convert.FromBase64String(Zip64Lie));

        AssertUnusable(file, "its file archive/data/0 claims to have 4398046511104 compressed bytes, where ");
    }

    [Fact]
    public void ReadHeader_FilesThatTogetherAreLongerThanTheArchive_AreRefused()
    {
        // As where they lie over each other.
        using var file = EditDirectory(
            CompressionLevel.NoCompression, entry => BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(20), 300), length: 10, stored: 10);

        AssertUnusable(file, "its file a/data/0 claims to have 300 compressed bytes, where ");
    }

    [Fact]
    public void ReadHeader_AListOfFilesOfManyMegabytes_IsRefusedWhileItIsRead()
    {
        using var file = ZipOf([.. Enumerable.Range(0, 140).Select(i => ($"{i}{new string('n', 65_000)}", Array.Empty<byte>()))]);

        Allocation.AssertAtMost(64 << 20, () => AssertUnusable(file, "the zip archive is damaged: it has more bytes of names and places of files than are allowed"));
    }

    [Fact]
    public void ReadHeader_StoragesOfZerosThatSwell_AreRefusedBeforeAnElementIsRead()
    {
        const int Length = 4 << 20;
        using var file = Of(ZipBytes(CompressionLevel.Optimal, ("a/data.pkl", Program(Dict(("w", Vector("0", Length))))), ("a/data/0", new byte[4 * Length])));

        Allocation.AssertAtMost(1 << 20, () => AssertUnusable(file, "its storages claim to have 16777216 bytes; allowed: 64 times the "));
    }

    [Fact]
    public void ReadHeader_APickleThatSwells_IsRefusedBeforeItIsRun()
    {
        using var file = Of(ZipBytes(CompressionLevel.Optimal, ("a/data.pkl", new byte[16 << 20])));

        Allocation.AssertAtMost(1 << 20, () => AssertUnusable(file, "its file a/data.pkl claims to have 16777216 bytes; allowed: 64 times the "));
    }

    [Fact]
    public void ReadHeader_FewElementsOfALargeStorage_AreRefused()
    {
        const int Length = 5 << 20;
        using var file = Zip(Program(Dict(("w", Tensor(Storage("FloatStorage", "0", Length), 0, [2], [Length - 1])))), ("0", new float[Length]));

        AssertUnusable(file, $"its tensors have 2 elements, which lie among {Length} of its storages");
    }

    public static TheoryData<byte[]> Copiers => new()
    {
        Global("collections", "OrderedDict"), Global("torch", "Size"), Global("torch._utils", "_rebuild_parameter"),
    };

    [Theory]
    [MemberData(nameof(Copiers))]
    public void ReadHeader_CallsThatCopyOneListAgainAndAgain_AreRefusedWithMemoryInProportion(byte[] function)
    {
        // A list of 200,000 times one pair, given to one function forty times.
        byte[] list = [(byte)'N', (byte)'N', 0x86, (byte)'q', 0, (byte)'0', (byte)']', (byte)'q', 1, (byte)'(', .. Repeat("h\0"u8, 200_000), (byte)'e', (byte)'0'];
        byte[] calls = [.. function, (byte)'q', 3, (byte)'0', (byte)'(', .. Repeat([(byte)'h', 3, (byte)'h', 1, 0x85, (byte)'R'], 40), (byte)'t'];
        using var file = Zip(Program(list, calls));

        Allocation.AssertAtMost(40 << 20, () => Assert.Throws<InvalidDataException>(() => PyTorchCheckpoint.ReadHeader(file.Path)));
    }

    [Fact]
    public void ReadHeader_AnOrderedDictOfOneListTwice_IsRefusedByItsCopies()
    {
        byte[] pairs = [.. List([.. Enumerable.Range(0, 100).Select(i => Tuple([(byte)'K', (byte)i], None))]), (byte)'q', 0, (byte)'0'];
        byte[] call = [.. Global("collections", "OrderedDict"), (byte)'h', 0, 0x85, (byte)'R'];
        using var once = Zip(Program(pairs, call));
        using var often = Zip(Program([pairs, .. Enumerable.Repeat(call, 20)]));

        AssertUnusable(once, "it has no dictionary of tensors");
        AssertUnusable(often, "its pickle calls functions with the same lists again and again");
    }

    [Fact]
    public void ReadHeader_AValueStoredUnderAHighNumber_CostsNothing()
    {
        using var file = Zip(Program([(byte)'N', (byte)'r', 0, 0, 63, 0]));

        Allocation.AssertAtMost(1 << 20, () => AssertUnusable(file, "its pickle stores a value as number 4128768"));
    }

    [Fact]
    public void ReadHeader_AStorageWhoseBytesAreTooManyToCount_IsRefused()
    {
        using var zip = Zip(Program(Dict(("w", Tensor(Storage("DoubleStorage", "0", 1L << 60), 0, [1], [1])))), ("0", [1, 2]));
        using var legacy = Legacy(Dict(("w", Tensor(Storage("DoubleStorage", "0", 1L << 60, legacy: true), 0, [1], [1]))), List(Text("0")), LegacyStorage(1L << 60, 1, 2));

        AssertUnusable(zip, "storage '0' has 1152921504606846976 elements");
        AssertUnusable(legacy, "storage '0' has 1152921504606846976 elements");
    }

    [Fact]
    public void ReadHeader_LongKeysOfManyDictionaries_CostNoPaths()
    {
        // Forty thousand dictionaries in one, below a key of 100,000 characters.
        byte[] key = [.. Text(new string('k', 100_000)), (byte)'q', 0, (byte)'0'];
        byte[] many = [(byte)'}', (byte)'(', (byte)'h', 0, (byte)'}', (byte)'(', .. Repeat("N}"u8, 40_000), (byte)'u', (byte)'u'];
        using var file = Zip(Program(key, many));

        Allocation.AssertAtMost(32 << 20, () => AssertUnusable(file, "it has no dictionary of tensors"));
    }

    public static TheoryData<byte[]?, byte[]?, byte[]?, string> BadPreambles => new()
    {
        { Integer(5), null, null, "it is a pickle, but not one of torch.save" },
        { Integer(Magic + 1), null, null, "it is a pickle, but not one of torch.save" },
        { null, Integer(1002), null, "its format is not version 1001" },
        { null, null, Dict(("little_endian", False)), "its byte order is not little-endian" },
        { null, null, None, "its byte order is not little-endian" },
    };

    [Theory]
    [MemberData(nameof(BadPreambles))]
    public void ReadHeader_BadLegacyPreamble_SaysWhichPart(byte[]? magic, byte[]? version, byte[]? system, string reason)
    {
        using var file = Legacy(None, List(), [], magic, version, system);

        AssertUnusable(file, reason);
    }

    public static TheoryData<byte[], byte[], string> BadLegacyStorages => new()
    {
        { None, [], "it has no list of storages" },
        { List(Integer(0)), [], "the key of a storage is no string" },
        { List(), [], "storage '0' is missing" },
        { List(Text("0"), Text("1")), LegacyStorage(2, 1, 2), "no tensor says what the elements of storage '1' are" },
        { List(Text("0"), Text("0")), LegacyStorage(2, 1, 2), "storage '0' appears twice" },
        { List(Text("0")), LegacyStorage(3, 1, 2, 3), "storage '0' has 3 elements instead of 2" },
        { List(Text("0")), LegacyStorage(long.MinValue, 1, 2), $"storage '0' has {long.MinValue} elements instead of 2" },
        { List(Text("0")), LegacyStorage(2, 1), "it is truncated: storage '0' has 4 bytes of 8" },
        { List(Text("0")), [1, 2, 3], "it is truncated before storage '0'" },
    };

    [Theory]
    [MemberData(nameof(BadLegacyStorages))]
    public void ReadHeader_BadLegacyStorages_NamesTheFileAndTheReason(byte[] keys, byte[] storages, string reason)
    {
        using var file = Legacy(Dict(("w", Vector("0", 2, legacy: true))), keys, storages);

        AssertUnusable(file, reason);
    }

    [Fact]
    public void ReadHeader_NeitherFormat_SaysSo()
    {
        using var page = Of("<html>404</html>"u8.ToArray());
        using var nothing = Of([]);
        using var cut = Of("PK"u8.ToArray());

        AssertUnusable(page, "it is neither a zip archive nor a pickle");
        AssertUnusable(nothing, "it is neither a zip archive nor a pickle");
        AssertUnusable(cut, "the zip archive is damaged");
    }

    [Theory]
    [InlineData("odd-tensors.pt")]
    [InlineData("odd-tensors-legacy.pt")]
    public void Read_ASoundFileCutAnywhere_IsRefused(string name)
    {
        var whole = File.ReadAllBytes(Path.Combine(GoldenFolder.Find("j-checkpoints")!, name));
        for (var length = 0; length < whole.Length; length += 37)
        {
            using var file = Of(whole[..length]);
            var exception = Assert.Throws<InvalidDataException>(() => ReadAll(file.Path));
            Assert.StartsWith(file.Path, exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("odd-tensors.pt")]
    [InlineData("odd-tensors-legacy.pt")]
    [InlineData("deflated")]
    public void Read_RandomDamage_IsRefusedOrReadButNeverAnythingElse(string name)
    {
        var whole = name == "deflated" ? Deflated() : File.ReadAllBytes(Path.Combine(GoldenFolder.Find("j-checkpoints")!, name));
        using var file = Of(whole);
        var random = new Random(1);
        for (var trial = 0; trial < 1000; trial++)
        {
            var damaged = (byte[])whole.Clone();
            for (var i = random.Next(1, 4); i > 0; i--) damaged[random.Next(whole.Length)] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(file.Path, damaged);
            try
            {
                ReadAll(file.Path);
            }
            catch (InvalidDataException refusal)
            {
                Assert.StartsWith(file.Path, refusal.Message, StringComparison.Ordinal);
            }
        }
    }

    private static byte[] Deflated() => ZipBytes(
        CompressionLevel.Optimal, ("a/data.pkl", Program(Dict(("w", Vector("0", 60)), ("v", Tensor(Storage("FloatStorage", "1", 9), 1, [2, 2], [3, 1]))))),
        ("a/data/0", Bytes([.. Enumerable.Range(0, 60).Select(i => i % 7 * 0.5f)])), ("a/data/1", Bytes(new float[9])));

    private static void ReadAll(string path)
    {
        foreach (var (_, tensor) in PyTorchCheckpoint.Read(path)) tensor.Dispose();
    }

    /// <summary>A small archive whose central directory's entries (PKWARE APPNOTE 4.3.12) are changed.</summary>
    private static HandMadeCheckpoint EditDirectory(CompressionLevel compression, Action<byte[]> edit, long length = 4, int stored = 4)
    {
        var content = ZipBytes(
            compression, ("a/data.pkl", Program(Dict(("w", Vector("0", length))))), ("a/data/0", Bytes([.. Enumerable.Range(0, stored).Select(i => (float)i)])));
        for (var at = 0; (at = content.AsSpan(at).IndexOf("PK\u0001\u0002"u8) is var found and >= 0 ? at + found : -1) >= 0; at += 46)
        {
            var entry = content[at..Math.Min(content.Length, at + 64)];
            edit(entry);
            entry.CopyTo(content, at);
        }
        return Of(content);
    }

    private static byte[] Repeat(ReadOnlySpan<byte> instructions, int count)
    {
        var repeated = new byte[instructions.Length * count];
        for (var i = 0; i < count; i++) instructions.CopyTo(repeated.AsSpan(i * instructions.Length));
        return repeated;
    }
}
