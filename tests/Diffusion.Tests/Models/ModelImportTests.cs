using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tests.Weights;
using Atelier.Diffusion.Weights;
using static Atelier.Diffusion.Tests.Weights.Pickle;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Models;

public sealed class ModelImportTests : IDisposable
{
    private readonly TinyClassModel _adm = new();
    private readonly TinyModel _glide = new();
    private readonly TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.FullName, "imported");

    [Fact]
    public void Recognise_EveryPublishedNetwork_IsToldFromNamesAndShapes()
    {
        foreach (var entry in OfficialModels.GlideBases) Same(entry, OfficialModels.GlideBases, config => new Text2ImUNet(config, META));
        foreach (var entry in OfficialModels.GlideUpsamplers) Same(entry, OfficialModels.GlideUpsamplers, config => new Text2ImUNet(config, META));
        foreach (var entry in OfficialModels.AdmBases) Same(entry, OfficialModels.AdmBases, config => new UNetModel(config, META));
        foreach (var entry in OfficialModels.AdmUpsamplers) Same(entry, OfficialModels.AdmUpsamplers, config => new UNetModel(config, META));
        foreach (var entry in OfficialModels.Classifiers) Same(entry, OfficialModels.Classifiers, config => new EncoderUNetModel(config, META));

        static void Same<TNetwork>(OfficialModels.Entry<TNetwork> entry, OfficialModels.Entry<TNetwork>[] known, Func<TNetwork, nn.Module> create)
            where TNetwork : UNetConfig
        {
            using var network = create(entry.Network);
            var header = network.state_dict().ToDictionary(tensor => tensor.Key, tensor => new TensorEntry(ScalarType.Float16, tensor.Value.shape));
            Assert.Equal(entry.Name, ModelImport.Recognise(new Checkpoint("a.pt", header, () => []), known, create).Name);
        }
    }

    [Fact]
    public void Recognise_AnotherNetwork_NamesThePublishedOnes()
    {
        var refused = Assert.Throws<InvalidDataException>(() => ModelImport.Recognise(
            Checkpoint.Open(Path.Combine(_adm.FullName, ModelFolder.ClassifierFile)), OfficialModels.Classifiers, config => new EncoderUNetModel(config, META)));

        Assert.Contains("are not those of a published network (64x64_classifier, 128x128_classifier, 256x256_classifier, 512x512_classifier)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AdmWithEverything_IsTheSameModel()
    {
        var imported = Adm().Write(Output);

        Assert.Equal(ModelFolder.Open(_adm.FullName).Digest, imported.Digest);
        Assert.Equal(["circle", "square", "red star"], imported.Classes!.Names!);
    }

    [Fact]
    public void Write_Glide_CopiesTheVocabularyAndKeepsTheTypes()
    {
        var half = Path.Combine(_folder.FullName, "half.safetensors");
        using (var network = TinyModel.Network())
        {
            HalfPrecision.Convert(network, ScalarType.Float16);
            Safetensors.Write(half, [.. network.state_dict()]);
        }

        var imported = new ModelImport { Kind = "glide", Base = half, Vocabulary = Path.Combine(_glide.FullName, "tokenizer"), Config = _glide.ConfigPath }.Write(Output);

        Assert.Equal(TinyModel.NetworkConfig.VocabularySize, imported.Tokenizer!.VocabularySize);
        Assert.Equal(File.ReadAllBytes(half), File.ReadAllBytes(Path.Combine(Output, ModelFolder.WeightsFile)));
        using var networks = imported.LoadNetworks();
        Assert.All(networks.Base.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
    }

    [Fact]
    public void Write_WhatCannotBe_IsRefused()
    {
        Assert.Equal("nowhere.pt: there is no such file", Refusal(Adm() with { Base = "nowhere.pt" }));
        Assert.Equal($"{Adm().Config} has an upsampler; its checkpoint is missing", Refusal(Adm() with { Upsampler = null }));
        Assert.Equal($"{Adm().Config} has a classifier; its checkpoint is missing", Refusal(Adm() with { Classifier = null }));
        Assert.Equal("a model of kind glide needs the folder of its vocabulary", Refusal(Adm() with { Kind = "glide" }));
        Assert.Equal("unknown kind 'sdxl'; known: adm, glide", Refusal(Adm() with { Kind = "sdxl", Config = null, Classifier = null }));
        Assert.Equal($"{Adm().Config} is of kind adm, not glide", Refusal(Adm() with { Kind = "glide", Vocabulary = Path.Combine(_glide.FullName, "tokenizer") }));
        Assert.False(Directory.Exists(Output));

        Adm().Write(Output);
        Assert.Equal($"{Output} is not empty; give a new folder", Refusal(Adm()));
    }

    [Fact]
    public void Write_CheckpointOfSeveralStateDicts_TakesTheNamedOne()
    {
        using var several = ModelAndEma();
        var import = Adm() with { Base = several.Path };

        Assert.EndsWith("it has 2 dictionaries of tensors; choose one with --state-dict: model, ema", Refusal(import), StringComparison.Ordinal);
        Assert.EndsWith("it has no dictionary of tensors 'average'; --state-dict can choose model, ema", Refusal(import with { StateDict = "average" }), StringComparison.Ordinal);
        Assert.Equal("--state-dict is 'ema', but no checkpoint has a choice of state dicts", Refusal(Adm() with { StateDict = "ema" }));
        Assert.False(Directory.Exists(Output));

        // The classifier and the upsampler are state dicts themselves.
        Assert.Equal(ModelFolder.Open(_adm.FullName).Digest, (import with { StateDict = "ema" }).Write(Output).Digest);
    }

    [Fact]
    public void Write_WeightsOfAnotherNetwork_LeavesNoModel()
    {
        var swapped = Adm() with { Base = Adm().Classifier!, Classifier = Adm().Base };

        Assert.Contains("do not fit UNetModel", Refusal(swapped), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Output, ModelFolder.ConfigFile)));
    }

    public void Dispose()
    {
        _adm.Dispose();
        _glide.Dispose();
        _folder.Dispose();
    }

    private ModelImport Adm() => new()
    {
        Kind = "adm",
        Base = Path.Combine(_adm.FullName, ModelFolder.WeightsFile),
        Upsampler = Path.Combine(_adm.FullName, ModelFolder.UpsamplerFile),
        Classifier = Path.Combine(_adm.FullName, ModelFolder.ClassifierFile),
        Classes = _adm.ClassesPath,
        Config = Path.Combine(_adm.FullName, ModelFolder.ConfigFile),
    };

    // The base network's weights below "ema", and zeros below "model".
    private HandMadeCheckpoint ModelAndEma()
    {
        var weights = Safetensors.Read(Adm().Base).ToDictionary();
        var storages = weights.SelectMany(weight => new (string, float[])[]
        {
            ($"model-{weight.Key}", new float[weight.Value.numel()]), ($"ema-{weight.Key}", weight.Value.data<float>().ToArray()),
        });
        var pickle = Program(Dict(("model", StateDict("model")), ("step", Integer(1)), ("ema", StateDict("ema"))));
        return HandMadeCheckpoint.Zip(pickle, [.. storages]);

        byte[] StateDict(string name) => Dict([.. weights.Select(weight => (
            weight.Key,
            Tensor(Storage("FloatStorage", $"{name}-{weight.Key}", weight.Value.numel()), 0, weight.Value.shape, weight.Value.stride())))]);
    }

    private string Refusal(ModelImport import) => Assert.Throws<InvalidDataException>(() => import.Write(Output)).Message;
}
