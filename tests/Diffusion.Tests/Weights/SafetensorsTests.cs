using System.Buffers.Binary;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void Read_WhatWriteWrote_IsTheSameTensor(ScalarType type)
    {
        var tensor = arange(S(0), S(12), S(1)).sub(S(type is ScalarType.Byte or ScalarType.Bool ? 0 : 6)).to_type(type).view(3, 4);

        Safetensors.Write(_path, [new("a tensor", tensor)]);

        var (name, read) = Assert.Single(Safetensors.Read(_path));
        Assert.Equal("a tensor", name);
        Near.Equal(tensor, read);
    }

    [Fact]
    public void Write_TensorsThatAreNotContiguous_WritesTheirElementsInOrder()
    {
        var matrix = arange(S(0), S(6), S(1), dtype: int64).view(2, 3);

        Safetensors.Write(_path, [new("transposed", matrix.t()), new("column", matrix[.., 1])]);

        var read = Safetensors.Read(_path).ToDictionary();
        Assert.Equal([0L, 3, 1, 4, 2, 5], read["transposed"].data<long>().ToArray());
        Assert.Equal([1L, 4], read["column"].data<long>().ToArray());
    }

    [Fact]
    public void Write_ScalarsAndEmptyTensors_KeepTheirShapes()
    {
        Safetensors.Write(_path, [new("scalar", tensor(3.5f)), new("empty", zeros(2, 0)), new("after", ones(1))]);

        var read = Safetensors.Read(_path).ToDictionary();
        Assert.Equal(3.5f, read["scalar"].item<float>());
        Assert.Empty(read["scalar"].shape);
        Assert.Equal([2, 0], read["empty"].shape);
        Assert.Equal(1, read["after"].item<float>());
    }

    [Fact]
    public void ReadHeader_OfAFile_HasTheOrderTypesShapesAndRanges()
    {
        Safetensors.Write(_path, [new("z", zeros(2, 3)), new("a", zeros(5, dtype: ScalarType.Byte))]);

        var header = Safetensors.ReadHeader(_path);

        Assert.Equal(["z", "a"], header.Keys);
        Assert.Equal((ScalarType.Float32, 0, 24), (header["z"].DType, header["z"].Offset, header["z"].Bytes));
        Assert.Equal((ScalarType.Byte, 24, 5), (header["a"].DType, header["a"].Offset, header["a"].Bytes));
        Assert.Equal([2, 3], header["z"].Shape);
    }

    [Fact]
    public void ReadMetadata_OfAFile_IsWhatWasWritten()
    {
        Safetensors.Write(_path, [new("a", zeros(1))], new Dictionary<string, string> { ["step"] = "17", ["naïve \"text\""] = "\n" });

        Assert.Equal(new Dictionary<string, string> { ["step"] = "17", ["naïve \"text\""] = "\n" }, Safetensors.ReadMetadata(_path));
        Assert.Equal(["a"], Safetensors.ReadHeader(_path).Keys);
    }

    [Fact]
    public void ReadMetadata_OfAFileWithout_IsEmpty()
    {
        Safetensors.Write(_path, [new("a", zeros(1))]);

        Assert.Empty(Safetensors.ReadMetadata(_path));
    }

    [Fact]
    public void Write_AnyHeader_AlignsTheTensorsToEightBytes()
    {
        for (var length = 1; length < 10; length++)
        {
            Safetensors.Write(_path, [new(new string('n', length), zeros(1))]);
            Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(_path)) % 8);
        }
    }

    [Fact]
    public void Write_OverAnotherFile_LeavesNothingElseBehind()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullName, "weights.safetensors");

        Safetensors.Write(path, [new("a", zeros(100))]);
        Safetensors.Write(path, [new("b", ones(2))]);

        Assert.Equal(["b"], Safetensors.ReadHeader(path).Keys);
        Assert.Equal([path], Directory.EnumerateFiles(folder.FullName));
    }

    [Fact]
    public void Read_AFileMadeByHand_HasItsNumbers()
    {
        using var file = new HandMadeFile(
            """{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[2,10]},"a":{"shape":[1,2],"data_offsets":[0,2],"dtype":"BOOL"}}   """,
            [1, 0, 0, 0, 128, 63, 0, 0, 0, 192]);

        var read = Safetensors.Read(file.Path).ToDictionary();

        Assert.Equal(["b", "a"], read.Keys);
        Assert.Equal([1f, -2], read["b"].data<float>().ToArray());
        Assert.Equal([true, false], read["a"].data<bool>().ToArray());
    }

    /// <summary>Headers for eight bytes of data, each wrong in its own way.</summary>
    public static TheoryData<string, string> BadHeaders => new()
    {
        { "", "its header claims 0 bytes; the file has 16" },
        { "{", "its header claims 1 bytes; the file has 17" },
        { "{{", "its header is malformed" },
        { "[]", "its header is malformed" },
        { "\"text\"", "its header is malformed" },
        { "{}", "8 bytes after the last tensor belong to none" },
        { """{"a":[]}""", "its header is malformed" },
        { """{"a":{"dtype":"F64","shape":[1]}}""", "its header is malformed" },
        { """{"a":{"dtype":null,"shape":[1],"data_offsets":[0,8]}}""", "its header is malformed: a tensor lacks its dtype, its shape or two data_offsets" },
        { """{"a":{"dtype":64,"shape":[1],"data_offsets":[0,8]}}""", "its header is malformed" },
        { """{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "tensor 'a' has dtype F8_E4M3; known: F64, " },
        { """{"a":{"dtype":"F64","shape":1,"data_offsets":[0,8]}}""", "its header is malformed" },
        { """{"a":{"dtype":"F64","shape":["1"],"data_offsets":[0,8]}}""", "its header is malformed" },
        { """{"a":{"dtype":"F64","shape":[1.5],"data_offsets":[0,8]}}""", "its header is malformed" },
        { """{"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}}""", "tensor 'a' has shape [-1]" },
        { """{"a":{"dtype":"F64","shape":[-1,-1],"data_offsets":[0,8]}}""", "tensor 'a' has shape [-1, -1]" },
        { """{"a":{"dtype":"F64","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,8]}}""", "its header is malformed: a list of at most 16 integers has more" },
        { """{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}}""", "tensor 'a' of 16 bytes is given the byte range 0-8" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", "tensor 'a' of 4 bytes is given the byte range 0-8" },
        { """{"a":{"dtype":"U8","shape":[4611686018427387904,4,2],"data_offsets":[0,0]}}""", "tensor 'a' has shape [4611686018427387904, 4, 2]" },
        { """{"a":{"dtype":"U8","shape":[0,4611686018427387904,8],"data_offsets":[0,0]}}""", "tensor 'a' has shape [0, 4611686018427387904, 8]" },
        { """{"a":{"dtype":"F64","shape":[1],"data_offsets":[8,0]}}""", "tensor 'a' of 8 bytes is given the byte range 8-0" },
        { """{"a":{"dtype":"F64","shape":[1],"data_offsets":[-8,0]}}""", "tensor 'a' of 8 bytes is given the byte range -8-0" },
        { """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0]}}""", "its header is malformed" },
        { """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,99999999999999999999]}}""", "its header is malformed" },
        { """{"a":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}""", "it is truncated: tensor 'a' ends at byte 16 of 8" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor 'a' starts at byte 4 where 0 was expected" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "4 bytes after the last tensor belong to none" },
        { """{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "tensor 'b' starts at byte 4 where 8 was expected" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "its header is malformed: tensor 'a' appears twice" },
        { """{"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", "its header is malformed: its metadata has 'k' twice" },
        { """{"__metadata__":[],"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}""", "its header is malformed" },
        { """{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{}}}}}}}}}""", "its header is malformed" },
    };

    [Theory]
    [MemberData(nameof(BadHeaders))]
    public void ReadHeader_BadHeader_NamesTheFileAndTheReason(string header, string reason)
    {
        using var file = new HandMadeFile(header, new byte[8]);

        var exception = Assert.Throws<InvalidDataException>(() => Safetensors.ReadHeader(file.Path));

        Assert.StartsWith($"{file.Path} is not a usable safetensors file: {reason}", exception.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => Safetensors.ReadMetadata(file.Path));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(61)]
    [InlineData(1_000_000_000)]
    [InlineData(long.MaxValue)]
    public void ReadHeader_ImpossibleHeaderLength_IsRefusedWithoutBelievingIt(long length)
    {
        using var file = new HandMadeFile("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4], length);

        var exception = Assert.Throws<InvalidDataException>(() => Safetensors.ReadHeader(file.Path));

        Assert.Equal($"{file.Path} is not a usable safetensors file: its header claims {length} bytes; the file has 66", exception.Message);
    }

    [Fact]
    public void ReadHeader_AHeaderOfAHundredMegabytes_IsRefusedWithoutReadingIt()
    {
        using (var file = File.Create(_path))
        {
            file.Write(BitConverter.GetBytes(98_000_000L));
            file.SetLength(98_000_100);
        }

        Allocation.AssertAtMost(1 << 20, () => Assert.Equal(
            $"{_path} is not a usable safetensors file: its header has 98000000 bytes; allowed: at most 16777216",
            Assert.Throws<InvalidDataException>(() => Safetensors.ReadHeader(_path)).Message));
    }

    [Theory]
    [InlineData("\"shape\":[", "1,", "1]", "its header is malformed: a list of at most 16 integers has more")]
    [InlineData("\"dtype\":\"", "x", "\",\"shape\":[1],\"data_offsets\":[0,4]", "tensor 'a' has dtype xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...; known: ")]
    [InlineData("\"more\":[", "1,", "1],\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]", "tensor 'a' of 8 bytes is given the byte range 0-4")]
    [InlineData("\"more\":[", "[],", "[]],\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]", "tensor 'a' of 8 bytes is given the byte range 0-4")]
    public void ReadHeader_AHeaderOfManyMegabytes_CostsMemoryInProportion(string start, string repeated, string end, string reason)
    {
        using var file = new HandMadeFile($"{{\"a\":{{{start}{string.Concat(Enumerable.Repeat(repeated, 12_000_000 / repeated.Length))}{end}}}}}", new byte[4]);

        Allocation.AssertAtMost(64 << 20, () => Assert.StartsWith(
            $"{file.Path} is not a usable safetensors file: {reason}", Assert.Throws<InvalidDataException>(() => Safetensors.ReadHeader(file.Path)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void ReadHeader_NamesThatSteerATerminalOrHaveNoEnd_AreShownCleanAndShort()
    {
        using var escapes = new HandMadeFile("""{"\u001b]0;title\u0007\n":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", new byte[8]);
        using var endless = new HandMadeFile($$$"""{"{{{new string('n', 1_000_000)}}}":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}""", new byte[8]);
        using var half = new HandMadeFile("""{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", new byte[4]);

        Assert.EndsWith("tensor '\uFFFD]0;title\uFFFD\uFFFD' of 4 bytes is given the byte range 0-8", Refusal(escapes), StringComparison.Ordinal);
        Assert.EndsWith($"tensor '{new string('n', 80)}...' of 4 bytes is given the byte range 0-8", Refusal(endless), StringComparison.Ordinal);
        Assert.Contains("its header is malformed: Cannot read incomplete UTF-16 JSON text", Refusal(half), StringComparison.Ordinal);

        static string Refusal(HandMadeFile file) => Assert.Throws<InvalidDataException>(() => Safetensors.ReadHeader(file.Path)).Message;
    }

    [Fact]
    public void Write_ASourceThatFails_LeavesNothingBehind()
    {
        using var folder = new TemporaryFolder();
        using var source = HandMadeCheckpoint.Zip(Pickle.Program(Pickle.Dict(("w", Pickle.Vector("0", 2)))), ("0", [1, 2]));
        var checkpoint = Checkpoint.Open(source.Path, null);
        File.WriteAllText(source.Path, "gone");

        Assert.Throws<InvalidDataException>(() => Safetensors.Write(Path.Combine(folder.FullName, "w.safetensors"), checkpoint));

        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.FullName));
    }

    [Fact]
    public void Read_AFileCutAnywhere_IsRefused()
    {
        Safetensors.Write(_path, [new("a", ones(3)), new("b", ones(2))]);
        var whole = File.ReadAllBytes(_path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.Throws<InvalidDataException>(() => Safetensors.Read(_path).Count());
        }
    }

    [Fact]
    public void ReadHeader_RandomDamage_IsRefusedOrReadButNeverAnythingElse()
    {
        Safetensors.Write(_path, [new("a", ones(3)), new("b", ones(2))], new Dictionary<string, string> { ["k"] = "v" });
        var whole = File.ReadAllBytes(_path);
        var random = new Random(1);
        for (var trial = 0; trial < 2000; trial++)
        {
            var damaged = (byte[])whole.Clone();
            for (var i = random.Next(1, 4); i > 0; i--) damaged[random.Next(8, whole.Length - 20)] = (byte)random.Next(256);
            File.WriteAllBytes(_path, damaged);
            try
            {
                foreach (var (_, tensor) in Safetensors.Read(_path)) tensor.Dispose();
                _ = Safetensors.ReadMetadata(_path);
            }
            catch (InvalidDataException)
            {
                // The one way of refusing.
            }
        }
    }

    public void Dispose() => File.Delete(_path);
}
