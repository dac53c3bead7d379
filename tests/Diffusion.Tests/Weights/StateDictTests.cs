using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Weights;

public sealed class StateDictTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.FullName, "weights.safetensors");

    [Fact]
    public void Load_TheNetworksOwnWeights_MakesAnEqualNetwork()
    {
        using var network = TinyModel.Network(seed: 1);
        using var other = TinyModel.Network(seed: 2);
        Safetensors.Write(File, [.. network.state_dict()]);

        StateDict.Load(File, other);

        foreach (var (key, value) in network.state_dict()) Near.Equal(value.detach(), other.state_dict()[key].detach());
    }

    [Fact]
    public void Load_WhatTorchSaveWrote_FillsTheNetwork()
    {
        using var layer = nn.Linear(2, 1);
        using var file = HandMadeCheckpoint.Zip(
            Pickle.Program(Pickle.Dict(("weight", Pickle.Tensor(Pickle.Storage("FloatStorage", "0", 2), 0, [1, 2], [2, 1])), ("bias", Pickle.Vector("1", 1)))),
            ("0", [3, 4]), ("1", [5]));

        StateDict.Load(file.Path, layer);

        Assert.Equal([3f, 4], layer.weight.data<float>().ToArray());
        Assert.Equal([5f], layer.bias!.data<float>().ToArray());
    }

    [Fact]
    public void Load_WeightsOfHalfPrecision_AreConverted()
    {
        using var network = TinyModel.Network(seed: 1);
        Safetensors.Write(File, [.. network.state_dict().Select(entry => new KeyValuePair<string, Tensor>(entry.Key, entry.Value.detach().to_type(ScalarType.Float16)))]);

        StateDict.Load(File, network);

        var weight = network.state_dict()["time_embed.0.weight"].detach();
        Near.Equal(weight.to_type(ScalarType.Float16).to_type(ScalarType.Float32), weight);
    }

    [Fact]
    public void Load_WeightsThatDoNotFit_NamesMissingUnknownAndMisshapenOnesAndChangesNothing()
    {
        using var network = TinyModel.Network(seed: 1);
        using var original = TinyModel.Network(seed: 1);
        var tensors = network.state_dict().ToDictionary(entry => entry.Key, entry => zeros(entry.Value.shape));
        Assert.True(tensors.Remove("time_embed.0.bias"));
        tensors["out.2.weight"] = zeros(3, 32, 3, 3);
        tensors["extra"] = zeros(1);
        Safetensors.Write(File, tensors);

        var exception = Assert.Throws<InvalidDataException>(() => StateDict.Load(File, network));

        Assert.Equal(
            $"the weights in {File} do not fit Text2ImUNet: 1 missing: time_embed.0.bias; 1 unknown: extra; "
            + "1 of another shape: out.2.weight ([3, 32, 3, 3] instead of [6, 32, 3, 3])", exception.Message);
        foreach (var (key, value) in original.state_dict()) Near.Equal(value.detach(), network.state_dict()[key].detach());
    }

    [Fact]
    public void Check_ManyThatDoNotFit_NamesFiveInOrderAndSaysHowMany()
    {
        using var network = TinyModel.Network();
        var given = network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape);
        for (var i = 9; i > 0; i--) given[$"more.{i}"] = [1];

        var exception = Assert.Throws<InvalidDataException>(() => StateDict.Check("file", network, given));

        Assert.Equal(
            "the weights in file do not fit Text2ImUNet: 9 unknown: more.1, more.2, more.3, more.4, more.5, ...", exception.Message);
    }

    [Fact]
    public void Copy_Tensors_FillsTheirTargetsAndDisposesThem()
    {
        var (target, tensor) = (zeros(6), full(6, S(7.0)));

        StateDict.Copy([new("a", tensor)], new Dictionary<string, Tensor> { ["a"] = target, ["b"] = zeros(1) });

        Near.Equal(full(6, S(7.0)), target);
        Assert.True(tensor.IsInvalid);
    }

    public void Dispose() => _folder.Dispose();
}
