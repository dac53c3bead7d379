using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;

namespace Atelier.Diffusion.Tests.Networks;

public sealed class UNetConfigTests
{
    public static TheoryData<string, Func<Text2ImConfig, Text2ImConfig>> Impossible => new()
    {
        { "in_channels is 0; allowed: 1 to 64", config => config with { InChannels = 0 } },
        { "out_channels is 3; allowed: 6: three of epsilon, three of variance", config => config with { OutChannels = 3 } },
        { "model_channels is 16; allowed: 32 to 4096", config => config with { ModelChannels = 16 } },
        { "num_res_blocks is 0; allowed: 1 to 32", config => config with { NumResBlocks = 0 } },
        { "dropout is 1; allowed: 0 to below 1", config => config with { Dropout = 1 } },
        { "dropout is NaN; allowed: 0 to below 1", config => config with { Dropout = double.NaN } },
        { "channel_mult is of 0 levels; allowed: 1 to 10 levels", config => config with { ChannelMult = [] } },
        { "channel_mult is 0; allowed: above 0 to 64, so that every level is a multiple of 32 channels wide", config => config with { ChannelMult = [1, 0] } },
        { "channel_mult is 1; allowed: above 0 to 64, so that every level is a multiple of 32 channels wide", config => config with { ModelChannels = 48 } },
        { "num_heads is 0; allowed: 1 or more", config => config with { NumHeads = 0 } },
        { "num_heads is 3; allowed: a divisor of 32 channels", config => config with { NumHeads = 3, NumHeadChannels = -1 } },
        { "num_heads_upsample is 0; allowed: -1, or 1 or more", config => config with { NumHeadsUpsample = 0 } },
        { "num_heads_upsample is 5; allowed: a divisor of 32 channels", config => config with { NumHeadsUpsample = 5, NumHeadChannels = -1 } },
        { "num_head_channels is 0; allowed: -1, or 1 or more", config => config with { NumHeadChannels = 0 } },
        { "num_head_channels is 7; allowed: a divisor of 32 channels", config => config with { NumHeadChannels = 7 } },
        { "text_ctx is 0; allowed: 1 to 4096", config => config with { TextCtx = 0 } },
        { "xf_width is -1; allowed: 0 to 8192", config => config with { XfWidth = -1 } },
        { "xf_layers is 129; allowed: 0 to 128", config => config with { XfLayers = 129 } },
        { "xf_heads is 5; allowed: a divisor of xf_width 32", config => config with { XfHeads = 5 } },
        { "xf_heads is 0; allowed: a divisor of xf_width 32", config => config with { XfHeads = 0 } },
        { "vocabulary_size is 0; allowed: 1 to 10000000", config => config with { VocabularySize = 0 } },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Validate_ImpossibleShape_NamesTheSettingItsValueAndWhatIsAllowed(string message, Func<Text2ImConfig, Text2ImConfig> change) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => change(TinyModel.NetworkConfig).Validate()).Message);

    [Fact]
    public void Validate_PossibleShape_IsAccepted()
    {
        TinyModel.NetworkConfig.Validate();
        (TinyModel.NetworkConfig with { NumHeadChannels = -1, NumHeads = 2, NumHeadsUpsample = 4, ChannelMult = [1, 2, 3], XfWidth = 0 }).Validate();
    }

    [Fact]
    public void Validate_OutputsOfOtherNetworks_AreTheirOwn()
    {
        var network = new UNetModelConfig { ModelChannels = 64, NumResBlocks = 1, AttentionResolutions = [], ChannelMult = [0.5, 1], OutChannels = 3 };
        network.Validate();
        Assert.Equal(
            "out_channels is 4; allowed: 3, or 6 with learned variance", Assert.Throws<ArgumentException>(() => (network with { OutChannels = 4 }).Validate()).Message);
        Assert.Equal(
            "num_classes is 0; allowed: null, or 1 to 1000000", Assert.Throws<ArgumentException>(() => (network with { NumClasses = 0 }).Validate()).Message);

        var classifier = OfficialConfigs.Classifier(64, 4);
        classifier.Validate();
        Assert.Equal(
            "num_head_channels is -1; allowed: 1 or more with attention pooling",
            Assert.Throws<ArgumentException>(() => (classifier with { NumHeadChannels = -1 }).Validate()).Message);
        Assert.Equal(
            "image_size is 60; allowed: a multiple of 8 up to 4096", Assert.Throws<ArgumentException>(() => (classifier with { ImageSize = 60 }).Validate()).Message);
    }
}
