using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Weights;

public sealed class CheckpointSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Take_ATensor_HasTheWantedTypeAndBelongsToNoScope(ScalarType precision)
    {
        var path = Write("w.safetensors", ("a.weight", full(2, 3, S(1.5))), ("b", zeros(1)));
        using var source = new CheckpointSource([path], precision);
        Tensor tensor;
        using (NewDisposeScope()) tensor = source.Under("a").Take("weight", null, [2, 3]);

        using (tensor) Near.Equal(full(2, 3, S(1.5), dtype: precision), tensor);
    }

    [Fact]
    public void Take_OfAnotherPrecisionThanTheSources_IsThat()
    {
        using var source = new CheckpointSource([Write("w.safetensors", ("w", ones(2)))], ScalarType.BFloat16);
        using var tensor = source.Take("w", ScalarType.Float32, [2]);

        Assert.Equal(ScalarType.Float32, tensor.dtype);
    }

    [Fact]
    public void Take_InAnyOrderFromShards_GivesTheTensorOfTheName()
    {
        Write("one.safetensors", ("a", full(2, S(1.0))), ("b", full(3, S(2.0))));
        Write("two.safetensors", ("c", full(1, S(3.0))));
        var index = Path.Combine(_folder.FullName, "w.safetensors.index.json");
        File.WriteAllText(index, """{ "weight_map": { "a": "one.safetensors", "b": "one.safetensors", "c": "two.safetensors" } }""");
        using var source = new CheckpointSource([index], ScalarType.Float32);

        using var c = source.Take("c", null, [1]);
        using var b = source.Take("b", null, [3]);
        using var a = source.Take("a", null, [2]);

        Near.Equal(full(2, S(1.0)), a);
        Near.Equal(full(3, S(2.0)), b);
        Near.Equal(full(1, S(3.0)), c);
        source.Finish();
    }

    [Fact]
    public void Take_OfAnotherShape_NamesFileKeyAndBothShapes()
    {
        var path = Write("w.safetensors", ("w", zeros(2, 3)));
        using var source = new CheckpointSource([path], ScalarType.Float32);

        var exception = Assert.Throws<InvalidDataException>(() => source.Take("w", null, [3, 2]));

        Assert.Equal($"{path}: tensor 'w' is [2, 3] instead of [3, 2]", exception.Message);
    }

    [Fact]
    public void Load_FilesThatDoNotFit_NamesAllProblemsBeforeAnyElementIsRead()
    {
        var path = Write("w.safetensors", ("weight", zeros(2, 3)), ("more", zeros(1)));
        using var source = new CheckpointSource([path], ScalarType.Float32);
        var built = 0;

        var exception = Assert.Throws<InvalidDataException>(() => source.Load(weights =>
        {
            built++;
            return new TwoTensors(weights);
        }));

        Assert.Equal(
            $"the weights in {path} do not fit TwoTensors: 1 missing: bias; 1 unknown: more; 1 of another shape: weight ([2, 3] instead of [3, 2])", exception.Message);
        Assert.Equal(1, built);
    }

    [Fact]
    public void Load_FilesThatFit_IgnoresOldPositionIds()
    {
        var path = Write("w.safetensors", ("weight", ones(3, 2)), ("bias", zeros(3)), ("embeddings.position_ids", zeros(1, 77, dtype: ScalarType.Int64)));
        using var source = new CheckpointSource([path], ScalarType.Float32);

        using var built = source.Load(weights => new TwoTensors(weights));

        Near.Equal(ones(3, 2), built.Weight);
    }

    [Fact]
    public void Load_WeightsThatAreNoFloatingPointNumbers_AreRefused()
    {
        var path = Write("w.safetensors", ("weight", zeros(3, 2, dtype: ScalarType.Int8)), ("bias", zeros(3)));
        using var source = new CheckpointSource([path], ScalarType.Float32);

        var exception = Assert.Throws<InvalidDataException>(() => source.Load(weights => new TwoTensors(weights)));

        Assert.Equal($"{path}: tensor 'weight' is Int8; allowed: Float32, Float16, BFloat16, Float64", exception.Message);
    }

    [Fact]
    public void Finish_TensorsThatNobodyTook_AreNamed()
    {
        var path = Write("w.safetensors", ("a", zeros(1)), ("b", zeros(1)), ("c", zeros(1)));
        using var source = new CheckpointSource([path], ScalarType.Float32);
        source.Take("b", null, [1]).Dispose();

        var exception = Assert.Throws<InvalidDataException>(source.Finish);

        Assert.Equal($"{path}: nothing needs 2 of the tensors: a, c", exception.Message);
    }

    [Fact]
    public void Open_OneNameInTwoFiles_IsRefused()
    {
        string[] paths = [Write("one.safetensors", ("a", zeros(1))), Write("two.safetensors", ("a", zeros(1)))];

        var exception = Assert.Throws<InvalidDataException>(() => new CheckpointSource(paths, ScalarType.Float32));

        Assert.Equal($"{paths[1]}: tensor 'a' is in {paths[0]} too", exception.Message);
    }

    [Fact]
    public void Open_AnIndexWhoseFileLacksATensor_IsRefused()
    {
        Write("one.safetensors", ("a", zeros(1)));
        var index = Path.Combine(_folder.FullName, "w.safetensors.index.json");
        File.WriteAllText(index, """{ "weight_map": { "b": "one.safetensors" } }""");

        var exception = Assert.Throws<InvalidDataException>(() => new CheckpointSource([index], ScalarType.Float32));

        Assert.EndsWith("lacks tensor 'b'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OtherPrecision_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new CheckpointSource([Write("w.safetensors", ("a", zeros(1)))], ScalarType.Int8));

    [Fact]
    public void ShapeSource_WhatWasTaken_IsCountedInNumbersAndBytes()
    {
        var source = new ShapeSource(ScalarType.BFloat16);

        new TwoTensors(source).Dispose();

        Assert.Equal(9, source.Parameters);
        Assert.Equal(18, source.Bytes);
        Assert.Equal([3L, 2], source.Taken["weight"].Shape);
    }

    [Fact]
    public void MemorySource_WhatIsTaken_IsACopy()
    {
        var tensors = new Dictionary<string, Tensor> { ["weight"] = ones(3, 2), ["bias"] = zeros(3), ["more"] = zeros(1) };
        var source = new MemorySource(tensors);

        using (var built = new TwoTensors(source)) built.Weight.fill_(S(2.0));

        Near.Equal(ones(3, 2), tensors["weight"]);
        Assert.Equal(["more"], source.Left);
    }

    private string Write(string name, params (string Key, Tensor Tensor)[] tensors)
    {
        var path = Path.Combine(_folder.FullName, name);
        Safetensors.Write(path, [.. tensors.Select(entry => KeyValuePair.Create(entry.Key, entry.Tensor))]);
        return path;
    }

    private sealed class TwoTensors(TensorSource source) : IDisposable
    {
        public Tensor Weight { get; } = source.Take("weight", null, [3, 2]);

        private Tensor Bias { get; } = source.Take("bias", null, [3]);

        public void Dispose()
        {
            Weight.Dispose();
            Bias.Dispose();
        }
    }
}
