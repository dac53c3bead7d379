using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tests.Tokenization;
using Atelier.Diffusion.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Models;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TinyModel _model = new();

    [Fact]
    public void Open_WhatWriteWrote_HasTheSameConfigTokenizerAndWeights()
    {
        var folder = NativeFolder.Open(_model.FullName);
        var config = Assert.IsType<GlideConfig>(folder.Config);

        Assert.Equal(_model.FullName, folder.Path);
        Assert.Equal(TinyModel.NetworkConfig.VocabularySize, folder.Tokenizer!.VocabularySize);
        Assert.Equal((TinyModel.Config.Kind, TinyModel.Config.ImageSize, TinyModel.Config.Diffusion), (folder.Config.Kind, folder.Config.ImageSize, folder.Config.Diffusion));
        // Lists have no equality of their own; everything else in the record has.
        Assert.Equal(TinyModel.NetworkConfig.ChannelMult, config.Network.ChannelMult);
        Assert.Equal(TinyModel.NetworkConfig.AttentionResolutions, config.Network.AttentionResolutions);
        Assert.Equal(TinyModel.NetworkConfig, config.Network with
        {
            ChannelMult = TinyModel.NetworkConfig.ChannelMult,
            AttentionResolutions = TinyModel.NetworkConfig.AttentionResolutions,
        });

        using var written = TinyModel.Network();
        using var loaded = (Text2ImUNet)folder.LoadNetwork(NativeFolder.WeightsFile);
        Assert.False(loaded.training);
        Assert.All(loaded.parameters(), parameter => Assert.False(parameter.requires_grad));
        foreach (var (key, value) in written.state_dict()) Near.Equal(value.detach(), loaded.state_dict()[key]);
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer/encoder.json")]
    [InlineData("tokenizer/vocab.bpe")]
    public void Digest_AnyByteChanged_IsAnother(string file)
    {
        var before = NativeFolder.Open(_model.FullName).Digest;
        var path = Path.Combine(_model.FullName, file);

        if (file == "model.safetensors")
        {
            using var weights = File.OpenWrite(path);
            weights.Position = weights.Length - 2;
            weights.WriteByte(1);
        }
        else
        {
            var text = File.ReadAllText(path);
            File.WriteAllText(path, file.EndsWith("bpe", StringComparison.Ordinal) ? text.Replace("0.2", "0.3", StringComparison.Ordinal) : text + " ");
        }

        Assert.Matches("^[0-9a-f]{64}$", before);
        Assert.NotEqual(before, NativeFolder.Open(_model.FullName).Digest);
    }

    [Fact]
    public void Digest_OfACopyElsewhere_IsTheSame()
    {
        using var other = new TinyModel();

        Assert.Equal(NativeFolder.Open(_model.FullName).Digest, NativeFolder.Open(other.FullName).Digest);
    }

    [Fact]
    public void Open_WhileOthersMakeTensors_LeavesTheirDeviceAlone()
    {
        using var stop = new CancellationTokenSource();
        var elsewhere = new List<DeviceType>();
        var maker = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using var made = zeros(1);
                if (made.device_type != DeviceType.CPU) elsewhere.Add(made.device_type);
            }
        });
        maker.Start();
        for (var i = 0; i < 3; i++) _ = NativeFolder.Open(_model.FullName);
        stop.Cancel();
        maker.Join();

        Assert.Empty(elsewhere);
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("model.safetensors")]
    public void Open_FileMissing_SaysWhich(string file)
    {
        File.Delete(Path.Combine(_model.FullName, file));

        Assert.Equal($"{_model.FullName} is not a model folder: it has no {file}", Refusal());
    }

    [Fact]
    public void Open_NoTokenizer_IsRefused()
    {
        Directory.Delete(Path.Combine(_model.FullName, "tokenizer"), recursive: true);

        Assert.Contains("tokenizer", Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"kind\": \"glide\"", "\"kind\": \"sdxl\"", "unknown kind 'sdxl'; known: adm, glide")]
    [InlineData("\"kind\": \"glide\",", "", "it has no 'kind'; known: adm, glide")]
    [InlineData("\"kind\": \"glide\"", "\"kind\": null", "it has no 'kind'; known: adm, glide")]
    [InlineData("\"kind\": \"glide\"", "\"kind\": \"adm\"", "'text_ctx' could not be mapped")]
    [InlineData("\"noise_schedule\"", "\"mean_type\": \"v\", \"noise_schedule\"", "mean_type")]
    [InlineData("\"noise_schedule\"", "\"variance_type\": \"fixed_small\", \"noise_schedule\"", "out_channels is 6; allowed: 3 with the variance type of its diffusion")]
    [InlineData("\"in_channels\": 3", "\"in_channels\": 6", "in_channels is 6; allowed: 3 or 7")]
    [InlineData("\"kind\"", "\"colour\": 1, \"kind\"", "'colour' could not be mapped")]
    [InlineData("\"text_ctx\"", "\"text_context\": 1, \"text_ctx\"", "'text_context' could not be mapped")]
    [InlineData("\"image_size\": 16", "\"image_size\": 17", "image_size 17 is not a multiple of 2 up to 4096")]
    [InlineData("\"image_size\": 16", "\"image_size\": 0", "image_size 0 is not a multiple of 2 up to 4096")]
    [InlineData("\"image_size\": 16", "\"image_size\": 8192", "image_size 8192 is not a multiple of 2 up to 4096")]
    [InlineData("\"image_size\": 16", "\"image_size\": \"16\"", "$.image_size")]
    [InlineData("\"model_channels\": 32", "\"model_channels\": 40", "channel_mult is 1; allowed: above 0 to 64, so that every level is a multiple of 32 channels wide")]
    [InlineData("\"num_head_channels\": 16", "\"num_head_channels\": 5", "num_head_channels is 5; allowed: a divisor of 32 channels")]
    [InlineData("\"noise_schedule\": \"squaredcos_cap_v2\"", "\"noise_schedule\": \"sigmoid\"", "unknown noise schedule 'sigmoid'; known: linear, squaredcos_cap_v2")]
    [InlineData("\"timesteps\": 1000", "\"timesteps\": 0", "timesteps 0 is not in 1 to 100000")]
    [InlineData("\"vocabulary_size\": 257", "\"vocabulary_size\": 50257", "the tokenizer has 257 tokens, model.json says vocabulary_size 50257")]
    [InlineData("{", "", "is not a usable model config")]
    public void Open_BadConfig_NamesWhatIsWrong(string old, string replacement, string reason)
    {
        var text = File.ReadAllText(_model.ConfigPath);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(_model.ConfigPath, text.Replace(old, replacement, StringComparison.Ordinal));

        var message = Refusal();

        Assert.StartsWith(_model.FullName, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WeightsOfAnotherNetwork_AreRefusedWithoutBeingRead()
    {
        using var network = TinyModel.Network();
        Safetensors.Write(_model.WeightsPath, [.. network.state_dict().Where(entry => entry.Key != "out.2.bias")]);

        Assert.Equal($"the weights in {_model.WeightsPath} do not fit Text2ImUNet: 1 missing: out.2.bias", Refusal());
    }

    [Theory]
    [InlineData("model.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer/encoder.json")]
    [InlineData("tokenizer/vocab.bpe")]
    [InlineData("classes.txt")]
    public void Open_ANamedPipeInAFilesPlace_IsRefused(string file)
    {
        var path = Path.Combine(_model.FullName, file);
        NamedPipe.Replace(path);

        Assert.Equal($"{path} is a named pipe; allowed: a regular file", Refusal());
    }

    [Fact]
    public void Open_AConfigWithoutEnd_IsRefused()
    {
        File.Delete(_model.ConfigPath);
        File.CreateSymbolicLink(_model.ConfigPath, "/dev/zero");

        Assert.Equal($"{_model.ConfigPath} is a device; allowed: a regular file", Refusal());
    }

    [Theory]
    [InlineData("\"kind\": \"glide\"", "\"kind\": \"\\ud800\"", "is not a usable model config: ")]
    [InlineData("\"noise_schedule\": \"squaredcos_cap_v2\"", "\"noise_schedule\": \"\\ud800\"", "is not a usable model config: ")]
    [InlineData("\"kind\"", "\"\\udc00\": 1, \"kind\"", "is not a usable model config: ")]
    [InlineData("\"kind\": \"glide\"", "\"kind\": \"\\u001b[2J\\u202e\"", "unknown kind '\uFFFD[2J\uFFFD'; known: adm, glide")]
    public void Open_AConfigOfStrangeText_IsRefusedByName(string old, string replacement, string reason)
    {
        File.WriteAllText(_model.ConfigPath, File.ReadAllText(_model.ConfigPath).Replace(old, replacement, StringComparison.Ordinal));

        var message = Refusal();

        Assert.StartsWith($"{_model.ConfigPath} is not a usable model config: ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Theory]
    [InlineData("\"kind\": \"glide\"", "\"kind\": \"{0}\"")]
    [InlineData("\"noise_schedule\": \"squaredcos_cap_v2\"", "\"noise_schedule\": \"{0}\"")]
    [InlineData("\"kind\"", "\"{0}\": 1, \"kind\"")]
    public void Open_AConfigOfLongText_IsRefusedInShort(string old, string replacement)
    {
        var text = replacement.Replace("{0}", new string('x', 1_000_000), StringComparison.Ordinal);
        File.WriteAllText(_model.ConfigPath, File.ReadAllText(_model.ConfigPath).Replace(old, text, StringComparison.Ordinal));

        Assert.InRange(Refusal().Length, 100, 600);
    }

    [Fact]
    public void Files_WhatLiesBesideThem_IsNoPartOfTheModel()
    {
        var before = NativeFolder.Open(_model.FullName);
        var secret = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.WriteAllText(secret, "secret");
        foreach (var file in new[] { "tokenizer/encoder.json.secret", "tokenizer/encoder.json.gz", "tokenizer/vocab.bpe.old", "tokenizer/bpe_simple_vocab_16e6.txt", "more.safetensors" })
            File.CreateSymbolicLink(Path.Combine(_model.FullName, file), secret);
        using var copy = new TemporaryFolder();

        var model = NativeFolder.Open(_model.FullName);
        NativeFolder.CopyTokenizer(Path.Combine(_model.FullName, "tokenizer"), copy.FullName);

        Assert.Equal(["model.json", "model.safetensors", "tokenizer/encoder.json", "tokenizer/vocab.bpe"], model.Files);
        Assert.Equal(before.Digest, model.Digest);
        Assert.Equal(["encoder.json", "vocab.bpe"], Directory.EnumerateFiles(copy.FullName).Select(Path.GetFileName).Order());
        File.Delete(secret);
    }

    [Fact]
    public void Open_AFolderOfLinksLikeHuggingFaces_IsTheSameModel()
    {
        using var classes = new TinyClassModel();
        using var cache = new TemporaryFolder();
        foreach (var model in new[] { _model.FullName, classes.FullName })
        {
            var snapshot = Path.Combine(cache.FullName, "snapshots", Path.GetFileName(model));
            var blobs = Directory.CreateDirectory(Path.Combine(cache.FullName, "blobs")).FullName;
            foreach (var file in NativeFolder.Open(model).Files)
            {
                var blob = Path.GetRandomFileName();
                File.Copy(Path.Combine(model, file), Path.Combine(blobs, blob));
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(snapshot, file))!);
                File.CreateSymbolicLink(Path.Combine(snapshot, file), file.Contains('/', StringComparison.Ordinal) ? $"../../../blobs/{blob}" : $"../../blobs/{blob}");
            }

            Assert.Equal(NativeFolder.Open(model).Digest, NativeFolder.Open(snapshot).Digest);
        }
        Assert.Equal(["circle", "square", "red star"], NativeFolder.Open(Path.Combine(cache.FullName, "snapshots", Path.GetFileName(classes.FullName))).About.Classes!.Names!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Open_ClassNamesThatLeadOutOfTheFolder_AreRefused(bool throughAFolder)
    {
        using var model = new TinyClassModel();
        using var elsewhere = new TemporaryFolder();
        File.Move(model.ClassesPath, Path.Combine(elsewhere.FullName, "names"));
        if (throughAFolder) Directory.CreateSymbolicLink(Path.Combine(model.FullName, "in"), elsewhere.FullName);
        File.CreateSymbolicLink(model.ClassesPath, throughAFolder ? "in/names" : Path.Combine(elsewhere.FullName, "names"));

        var message = Assert.Throws<InvalidDataException>(() => NativeFolder.Open(model.FullName)).Message;

        Assert.StartsWith($"{model.ClassesPath} is a link to ", message, StringComparison.Ordinal);
        Assert.EndsWith("; allowed: a file of the model folder", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ClassNamesOfAnotherNameInTheFolder_AreTaken()
    {
        using var model = new TinyClassModel();
        File.Move(model.ClassesPath, Path.Combine(model.FullName, "names"));
        File.CreateSymbolicLink(model.ClassesPath, "names");

        Assert.Equal(["circle", "square", "red star"], NativeFolder.Open(model.FullName).About.Classes!.Names!);
    }

    [Fact]
    public void Open_ClassNamesThatAreNotUtf8_AreRefused()
    {
        using var model = new TinyClassModel();
        File.WriteAllBytes(model.ClassesPath, [.. "circle\nsquare\n"u8, 0xFF, (byte)'\n']);

        Assert.StartsWith(
            $"{model.ClassesPath} is not a list of classes: ", Assert.Throws<InvalidDataException>(() => NativeFolder.Open(model.FullName)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WeightsWithNamesOfAMegabyte_AreRefusedInShort()
    {
        Safetensors.Write(_model.WeightsPath, [.. Enumerable.Range(0, 9).Select(i => KeyValuePair.Create($"{i}\u001b{new string('n', 1_000_000)}", zeros(1)))]);

        var message = Refusal();

        Assert.InRange(message.Length, 500, 1500);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void Open_WeightsCutShort_AreRefused()
    {
        using (var weights = File.OpenWrite(_model.WeightsPath)) weights.SetLength(weights.Length - 1);

        Assert.Contains("it is truncated: tensor ", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OverAnotherModel_ReplacesIt()
    {
        using var vocabulary = new VocabularyFolder();
        vocabulary.WriteMerges();
        using var network = TinyModel.Network(seed: 2);
        var before = NativeFolder.Open(_model.FullName).Digest;

        NativeFolder.Write(_model.FullName, TinyModel.Config, network, vocabulary.FullName);

        Assert.NotEqual(before, NativeFolder.Open(_model.FullName).Digest);
    }

    public void Dispose() => _model.Dispose();

    private string Refusal() => Assert.Throws<InvalidDataException>(() => NativeFolder.Open(_model.FullName)).Message;
}
