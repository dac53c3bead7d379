using System.Buffers.Binary;
using System.IO.Compression;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Tests.Tokenization;
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
            Checkpoint.Open(Path.Combine(_adm.FullName, NativeFolder.ClassifierFile)), OfficialModels.Classifiers, config => new EncoderUNetModel(config, META)));

        Assert.Contains("are not those of a published network (64x64_classifier, 128x128_classifier, 256x256_classifier, 512x512_classifier)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AdmWithEverything_IsTheSameModel()
    {
        var imported = Adm().Write(Output);

        Assert.Equal(NativeFolder.Open(_adm.FullName).Digest, imported.Digest);
        Assert.Equal(["circle", "square", "red star"], imported.About.Classes!.Names!);
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
        Assert.Equal(File.ReadAllBytes(half), File.ReadAllBytes(Path.Combine(Output, NativeFolder.WeightsFile)));
        using var networks = imported.Load();
        Assert.All(((nn.Module)networks.Stages[0].Network).parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
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
        Assert.Equal(NativeFolder.Open(_adm.FullName).Digest, (import with { StateDict = "ema" }).Write(Output).Digest);
    }

    [Fact]
    public void Write_WhatDoesNotFit_NamesTheFileThatWasGivenAndLeavesNothing()
    {
        var classes = Path.Combine(_folder.FullName, "classes");
        File.WriteAllText(classes, "circle\n");
        var tokens = Path.Combine(_glide.FullName, "tokenizer");
        var large = Path.Combine(_folder.FullName, "large.json");
        File.WriteAllText(large, File.ReadAllText(_glide.ConfigPath).Replace("\"vocabulary_size\": 257", "\"vocabulary_size\": 258", StringComparison.Ordinal));
        using (var network = TinyModel.Network(config: TinyModel.NetworkConfig with { VocabularySize = 258 }))
            Safetensors.Write(Path.Combine(_folder.FullName, "large"), [.. network.state_dict()]);
        using var vocabulary = new VocabularyFolder();
        var before = Everything();

        Assert.StartsWith($"the weights in {Adm().Classifier} do not fit UNetModel: ", Refusal(Adm() with { Base = Adm().Classifier!, Classifier = Adm().Base }), StringComparison.Ordinal);
        Assert.StartsWith($"the weights in {Adm().Base} do not fit UNetModel: ", Refusal(Adm() with { Upsampler = Adm().Base }), StringComparison.Ordinal);
        Assert.Equal($"{classes} has 1 lines; the model has 3 classes", Refusal(Adm() with { Classes = classes }));
        Assert.Equal($"{classes} names classes, of which the model has none", Refusal(Glide(tokens) with { Classes = classes }));
        Assert.StartsWith($"{vocabulary.FullName}/encoder.json: ", Refusal(Glide(vocabulary.FullName)), StringComparison.Ordinal);
        Assert.Equal(
            $"{tokens}: the tokenizer has 257 tokens, {large} says vocabulary_size 258",
            Refusal(Glide(tokens) with { Base = Path.Combine(_folder.FullName, "large"), Config = large }));
        Assert.Equal(before, Everything());

        Adm().Write(Output);
    }

    [Fact]
    public void Write_WeightsWhoseElementsAreDamaged_LeavesNothingOfTheFolderOrThoseAboveIt()
    {
        var damaged = Path.Combine(_folder.FullName, "damaged.pt");
        File.WriteAllBytes(damaged, CutStorage());
        var before = Everything();

        var message = Assert.Throws<InvalidDataException>(() => (Adm() with { Base = damaged }).Write(Path.Combine(Output, "models", "new"))).Message;

        Assert.StartsWith($"{damaged} is not a usable PyTorch checkpoint: storage 'out.2.bias' is damaged: ", message, StringComparison.Ordinal);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public void Write_IntoAnEmptyFolderOrOneBelowNone_IsTheSameModel()
    {
        Directory.CreateDirectory(Output);
        var below = Path.Combine(_folder.FullName, "models", "new");

        Assert.Equal(Output, Adm().Write(Output).Path);
        Adm().Write(below);

        Assert.Equal(["classes.txt", "classifier.safetensors", "model.json", "model.safetensors", "upsampler.safetensors"], Directory.EnumerateFileSystemEntries(Output).Select(Path.GetFileName).Order());
        Assert.Equal(NativeFolder.Open(_adm.FullName).Digest, NativeFolder.Open(Output).Digest);
        Assert.Equal(NativeFolder.Open(_adm.FullName).Digest, NativeFolder.Open(below).Digest);
        Assert.Equal(["imported", "models"], Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Write_NamesThatShareAPrefix_AreTakenWithoutItAndItIsSaid()
    {
        var (wrapped, judge) = (Path.Combine(_folder.FullName, "wrapped.safetensors"), Path.Combine(_folder.FullName, "judge.safetensors"));
        Safetensors.Write(wrapped, [.. Safetensors.Read(Adm().Base).Select(tensor => KeyValuePair.Create("module." + tensor.Key, tensor.Value))]);
        Safetensors.Write(judge, [.. Safetensors.Read(Adm().Classifier!).Select(tensor => KeyValuePair.Create("model._orig_mod." + tensor.Key, tensor.Value))]);
        var said = new List<string>();

        var imported = (Adm() with { Base = wrapped, Classifier = judge }).Write(Output, said.Add);

        Assert.Equal(NativeFolder.Open(_adm.FullName).Digest, imported.Digest);
        Assert.Equal(
            [$"{wrapped}: all names begin with 'module.', which is taken off", $"{judge}: all names begin with 'model._orig_mod.', which is taken off"], said);
    }

    [Fact]
    public void Write_NamesOfWhichOneLacksThePrefix_AreRefused()
    {
        var wrapped = Path.Combine(_folder.FullName, "wrapped.safetensors");
        Safetensors.Write(wrapped, [.. Safetensors.Read(Adm().Base).Select(tensor => KeyValuePair.Create(tensor.Key == "out.2.bias" ? tensor.Key : "module." + tensor.Key, tensor.Value))]);

        Assert.Contains("unknown: module.input_blocks.", Refusal(Adm() with { Base = wrapped }), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AFileInItsPlace_IsRefused()
    {
        File.WriteAllText(Output, "");

        Assert.Equal($"{Output} is not empty; give a new folder", Refusal(Adm()));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("classifier.safetensors")]
    [InlineData("classes.txt")]
    [InlineData("model.json")]
    public void Write_FromANamedPipe_IsRefused(string file)
    {
        NamedPipe.Replace(Path.Combine(_adm.FullName, file));

        Assert.Equal($"{Path.Combine(_adm.FullName, file)} is a named pipe; allowed: a regular file", Refusal(Adm()));
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
        Base = Path.Combine(_adm.FullName, NativeFolder.WeightsFile),
        Upsampler = Path.Combine(_adm.FullName, NativeFolder.UpsamplerFile),
        Classifier = Path.Combine(_adm.FullName, NativeFolder.ClassifierFile),
        Classes = _adm.ClassesPath,
        Config = Path.Combine(_adm.FullName, NativeFolder.ConfigFileName),
    };

    private ModelImport Glide(string vocabulary) => new() { Kind = "glide", Base = _glide.WeightsPath, Vocabulary = vocabulary, Config = _glide.ConfigPath };

    private string[] Everything() => [.. Directory.EnumerateFileSystemEntries(_folder.FullName, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    // The base network's weights, of which one has a number less than the archive claims: that is seen when it is read.
    private byte[] CutStorage()
    {
        const string Cut = "out.2.bias";
        var weights = Safetensors.Read(Adm().Base).ToDictionary();
        var pickle = Program(Dict([.. weights.Select(weight => (
            weight.Key, Tensor(Storage("FloatStorage", weight.Key, weight.Value.numel()), 0, weight.Value.shape, weight.Value.stride())))]));
        var content = HandMadeCheckpoint.ZipBytes(
            CompressionLevel.Fastest,
            [("a/data.pkl", pickle), .. weights.Select(weight => ($"a/data/{weight.Key}", HandMadeCheckpoint.Bytes(weight.Value.data<float>().ToArray())[(weight.Key == Cut ? 4 : 0)..]))]);
        // The uncompressed length is 22 bytes before the name in the central directory (PKWARE APPNOTE 4.3.12).
        var length = content.AsSpan().LastIndexOf(System.Text.Encoding.ASCII.GetBytes($"a/data/{Cut}")) - 22;
        BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(length), BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(length)) + 4);
        return content;
    }

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
