using Atelier.Diffusion.Networks;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class Text2ImUNetTests
{
    [Fact]
    public void Forward_AFreshNetwork_IsZero()
    {
        // The last convolution starts at zero, so that training starts from the trivial prediction.
        using var network = new Text2ImUNet(TinyModel.NetworkConfig);
        using var random = new RandomTensors(1);
        using var noGradients = no_grad();
        using var text = network.EncodeText(zeros(2, 12, dtype: int64), zeros(2, 12, dtype: ScalarType.Bool));

        Near.Equal(zeros(2, 6, 16, 16), network.call(random.Normal(2, 3, 16, 16), tensor(new long[] { 0, 999 }), text));
    }

    [Fact]
    public void EncodeText_PaddedPositions_DoNotDependOnTheTokensThere()
    {
        using var network = TinyModel.Network();
        using var noGradients = no_grad();
        var mask = arange(S(0), S(12), S(1)).lt(S(5)).unsqueeze(0);
        var (tokens, others) = (zeros(1, 12, dtype: int64), zeros(1, 12, dtype: int64));
        others[.., 5..] = 7;

        using var text = network.EncodeText(tokens, mask);
        using var same = network.EncodeText(others, mask);
        using var whole = network.EncodeText(others, ones_like(mask));

        Near.Equal(text.Sequence!, same.Sequence!);
        Near.Equal(text.Vector!, same.Vector!);
        Assert.True((text.Vector! - whole.Vector!).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void EncodeText_NoTextTransformer_IsRefusedAndTheNetworkRunsWithoutText()
    {
        using var network = new Text2ImUNet(TinyModel.NetworkConfig with { XfWidth = 0 });
        using var noGradients = no_grad();

        Assert.Equal([1, 6, 16, 16], network.call(zeros(1, 3, 16, 16), zeros(1, dtype: int64), null).shape);
        var exception = Assert.Throws<InvalidOperationException>(() => network.EncodeText(zeros(1, 12, dtype: int64), null));
        Assert.Equal("this network was built without a text transformer (xf_width 0)", exception.Message);
        Assert.DoesNotContain(network.state_dict().Keys, key => key.Contains("transformer", StringComparison.Ordinal) || key.Contains("encoder_kv", StringComparison.Ordinal));
    }

    [Fact]
    public void Forward_AnyRow_DoesNotDependOnItsNeighbours()
    {
        set_num_threads(1);
        using var network = TinyModel.Network();
        network.eval();
        using var random = new RandomTensors(2);
        using var noGradients = no_grad();
        var (x, t) = (random.Normal(4, 3, 16, 16), tensor(new long[] { 5, 100, 400, 900 }));
        using var text = network.EncodeText(random.Uniform(0, 200, 4, 12).to_type(ScalarType.Int64), ones(4, 12, dtype: ScalarType.Bool));
        using var flipped = new Conditioning(text.Vector!.flip(0), text.Sequence!.flip(0));

        Near.Equal(network.call(x, t, text), network.call(x.flip(0), t.flip(0), flipped).flip(0));
    }

    [Fact]
    public void Forward_ManyTimes_LeavesNoTensorsBehind()
    {
        using var network = TinyModel.Network();
        using var noGradients = no_grad();
        var (x, t) = (zeros(1, 3, 16, 16), zeros(1, dtype: int64));
        var (tokens, mask) = (zeros(1, 12, dtype: int64), ones(1, 12, dtype: ScalarType.Bool));
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        for (var i = 0; i < 3; i++)
        {
            using var text = network.EncodeText(tokens, mask);
            using var output = network.call(x, t, text);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Constructor_OnMeta_HasTheKeysAndShapesWithoutTheNumbers()
    {
        using var network = TinyModel.Network();
        using var shapes = new Text2ImUNet(TinyModel.NetworkConfig, META);

        Assert.All(shapes.parameters(), parameter => Assert.Equal(DeviceType.META, parameter.device_type));
        Assert.Equal(
            network.state_dict().Select(entry => $"{entry.Key} {string.Join("x", entry.Value.shape)}"),
            shapes.state_dict().Select(entry => $"{entry.Key} {string.Join("x", entry.Value.shape)}"));
    }
}
