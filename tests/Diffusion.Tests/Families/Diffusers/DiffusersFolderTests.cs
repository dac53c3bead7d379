using System.Text.Json.Nodes;
using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Models;
using Atelier.Diffusion.Pipelines;
using Atelier.Diffusion.Samplers;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Families.Diffusers;

public sealed class DiffusersFolderTests
{
    private static readonly SampleRequest Cat = new("a cat", 11, 7.5), Boat = new("a boat on the sea, painted", 12, 3), Nothing = new("", 13, 2);

    public static TheoryData<string, string> Samplers
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var pipeline in new[] { TinyDiffusersFolder.StableDiffusion, TinyDiffusersFolder.StableDiffusionXl })
                foreach (var sampler in SamplingSettings.Samplers) data.Add(pipeline, sampler);
            data.Add(TinyDiffusersFolder.PixArt, "dpmpp-2m");
            data.Add(TinyDiffusersFolder.PixArt, "ancestral");
            data.Add(TinyDiffusersFolder.StableDiffusion3, "euler");
            data.Add(TinyDiffusersFolder.Flux, "euler");
            return data;
        }
    }

    [Theory]
    [InlineData(TinyDiffusersFolder.StableDiffusion, "stable-diffusion", "plms", 7.5, 4, 16)]
    [InlineData(TinyDiffusersFolder.StableDiffusionXl, "stable-diffusion-xl", "plms", 5, 4, 16)]
    [InlineData(TinyDiffusersFolder.PixArt, "pixart-alpha", "dpmpp-2m", 4.5, 8, 120)]
    [InlineData(TinyDiffusersFolder.StableDiffusion3, "stable-diffusion-3", "euler", 7, 8, 256)]
    [InlineData(TinyDiffusersFolder.Flux, "flux", "euler", 3.5, 8, 512)]
    public void Open_AFolder_SaysWhatItIs(string pipeline, string family, string sampler, double guidance, int multiple, int tokens)
    {
        using var folder = new TinyDiffusersFolder(pipeline: pipeline);

        var model = ModelFolder.Open(folder.FullName);

        Assert.Equal((family, sampler, guidance), (model.About.Family, model.About.Samplers[0], model.About.Guidance));
        Assert.Equal((multiple, tokens), (model.About.SizeMultiple, model.About.PromptTokens));
        Assert.Equal(sampler == "euler" ? ["euler"] : SamplingSettings.Samplers.Order(), model.About.Samplers.Order());
        Assert.Contains("scheduler/scheduler_config.json", model.Files);
        Assert.Equal(pipeline == TinyDiffusersFolder.StableDiffusionXl ? 2 : 0, model.Files.Count(file => file.Contains("-of-00002", StringComparison.Ordinal)));
        Assert.Matches("^[0-9a-f]{64}$", model.Digest);
    }

    [Theory]
    [MemberData(nameof(Samplers))]
    public void Draw_AnySampler_GivesTheSamePixelsAnywhereInABatch(string pipeline, string sampler)
    {
        set_num_threads(1);
        using var folder = new TinyDiffusersFolder(pipeline: pipeline);
        using var model = ModelFolder.Open(folder.FullName).Load();
        var drawing = new SamplingPipeline(model);
        var settings = new SamplingSettings { Sampler = sampler, Steps = 4, BatchSize = 3, Width = 32, Height = 32 };
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        var first = Draw(Cat, Boat, Nothing);
        var last = Draw(Nothing, Boat, Cat);

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        Assert.Equal(32 * 32 * 3, first[0]!.Length);
        Assert.Equal(first[0], last[2]);
        Assert.Equal(first[0], Draw(Cat)[0]);
        Assert.NotEqual(first[0], Draw(Cat with { Prompt = "a dog" })[0]);
        Assert.NotEqual(first[0], Draw(Cat with { GuidanceScale = 2 })[0]);
        if (model.About.IsGuided) Assert.NotEqual(first[0], Draw(Cat with { NegativePrompt = "a dog" })[0]);
        else Assert.Throws<ArgumentException>(() => Draw(Cat with { NegativePrompt = "a dog" }));

        byte[]?[] Draw(params SampleRequest[] requests) => [.. drawing.Draw(requests, settings, cancellationToken: TestContext.Current.CancellationToken).Select(sample => sample.Rgb)];
    }

    [Fact]
    public void Draw_AnotherSize_MakesImagesOfIt()
    {
        using var folder = new TinyDiffusersFolder(pipeline: TinyDiffusersFolder.StableDiffusionXl);
        using var model = ModelFolder.Open(folder.FullName).Load();
        var pipeline = new SamplingPipeline(model);
        var settings = new SamplingSettings { Sampler = "euler", Steps = 2, BatchSize = 1, Width = 44, Height = 12 };

        Assert.Equal("44x12", $"{pipeline.ImageSizeOf(settings)}");
        Assert.Equal(44 * 12 * 3, pipeline.Draw([Cat], settings, cancellationToken: TestContext.Current.CancellationToken)[0].Rgb!.Length);
        Assert.Equal("width is '18'; allowed: multiples of 4", Assert.Throws<ArgumentException>(() => pipeline.Draw([Cat], settings with { Width = 18 }, cancellationToken: TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Draw_AKnownImage_KeepsItsPixelsAndLooksAtThemInLatents()
    {
        using var folder = new TinyDiffusersFolder(pipeline: TinyDiffusersFolder.Inpainting);
        var opened = ModelFolder.Open(folder.FullName);
        using var model = opened.Load();
        var drawing = new SamplingPipeline(model);
        var settings = new SamplingSettings { Sampler = "ddim", Steps = 3, BatchSize = 2 };
        var rgb = Enumerable.Range(0, 3 * 32 * 32).Select(i => (byte)(i * 7)).ToArray();
        // The left half is kept.
        var known = new KnownImage(rgb, [.. Enumerable.Range(0, 32 * 32).Select(pixel => pixel % 32 < 16)]);

        Assert.True(opened.About.Inpaints);
        var (drawn, free) = (Draw(Cat with { Known = known }), Draw(Cat));
        var darker = Draw(Cat with { Known = known with { Rgb = [.. rgb.Select(value => (byte)(value / 2))] } });

        for (var i = 0; i < rgb.Length; i++)
            if (i / 3 % 32 < 16) Assert.Equal(rgb[i], drawn[i]);
        // The other half is drawn to it.
        Assert.NotEqual(Right(free), Right(drawn));
        Assert.NotEqual(Right(darker), Right(drawn));
        Assert.Equal("width and height are '32' and '40'; allowed with a model that inpaints: the same", opened.About.ProblemWithSize(null, 40));

        byte[] Draw(SampleRequest request) => drawing.Draw([request, Boat], settings, cancellationToken: TestContext.Current.CancellationToken)[0].Rgb!;

        static IEnumerable<byte> Right(byte[] image) => image.Where((_, i) => i / 3 % 32 >= 16);
    }

    [Fact]
    public void Draw_LongPrompt_SaysThatItWasCut()
    {
        using var folder = new TinyDiffusersFolder();
        using var model = ModelFolder.Open(folder.FullName).Load();

        var drawn = new SamplingPipeline(model).Draw(
            [Cat, Boat], new SamplingSettings { Sampler = "ddim", Steps = 1, BatchSize = 2 }, cancellationToken: TestContext.Current.CancellationToken);

        // Start, a, cat, end; and every letter of the other one.
        Assert.Equal((4, false), (drawn[0].TokenCount, drawn[0].Truncated));
        Assert.True(drawn[1].Truncated);
    }

    [Fact]
    public void Draw_DynamicThresholding_IsRefusedByName()
    {
        using var folder = new TinyDiffusersFolder();
        using var model = ModelFolder.Open(folder.FullName).Load();
        var settings = new SamplingSettings { Sampler = "ddim", Steps = 1, BatchSize = 1, Guidance = new GuidanceSettings { ThresholdPercentile = 0.9 } };

        Assert.Equal(
            "dynamic thresholding is for images in [-1, 1]; models of family stable-diffusion denoise latents",
            Assert.Throws<ArgumentException>(() => new SamplingPipeline(model).Draw([Cat], settings, cancellationToken: TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Load_InHalfPrecision_DrawsNearlyTheSame()
    {
        using var folder = new TinyDiffusersFolder();
        var opened = ModelFolder.Open(folder.FullName);
        using var full = opened.Load();
        using var half = opened.Load(precision: ScalarType.BFloat16);
        var settings = new SamplingSettings { Sampler = "ddim", Steps = 2, BatchSize = 1 };

        var (exact, near) = (Draw(full), Draw(half));

        Assert.NotEqual(exact, near);
        Assert.InRange(exact.Zip(near, (one, other) => Math.Abs(one - other)).Average(), 0, 4);

        byte[] Draw(Model model) => new SamplingPipeline(model).Draw([Cat], settings, cancellationToken: TestContext.Current.CancellationToken)[0].Rgb!;
    }

    [Fact]
    public void Open_WhatIsMissing_IsNamed()
    {
        using var folder = new TinyDiffusersFolder();

        Refused("unet/config.json");
        Refused("tokenizer/merges.txt");
        Refused("scheduler/scheduler_config.json");
        File.Move(folder["unet/diffusion_pytorch_model.safetensors"], folder["unet/diffusion_pytorch_model.bin"]);
        Assert.Equal($"{folder["unet"]} has its weights as a pickle (.bin), which can run code; allowed: safetensors", Refusal(folder));
        File.Delete(folder["unet/diffusion_pytorch_model.bin"]);
        Assert.StartsWith($"{folder["unet"]} has no weights; allowed: ", Refusal(folder), StringComparison.Ordinal);

        void Refused(string file)
        {
            File.Move(folder[file], folder["aside"]);
            Assert.Equal($"{folder.FullName} is not a whole model: it has no {file}", Refusal(folder));
            File.Move(folder["aside"], folder[file]);
        }
    }

    [Theory]
    [InlineData("scheduler/scheduler_config.json", "beta_schedule", "\"cubic\"", "beta_schedule is cubic; allowed: linear, scaled_linear or squaredcos_cap_v2")]
    [InlineData("scheduler/scheduler_config.json", "use_beta_sigmas", "true", "use_beta_sigmas is true; allowed: false")]
    [InlineData("unet/config.json", "act_fn", "\"tanh\"", "act_fn is tanh; allowed: ")]
    [InlineData("unet/config.json", "cross_attention_dim", "48", "cross_attention_dim of unet is 48; allowed: 32, the width of the encoded text")]
    [InlineData("unet/config.json", "in_channels", "9", "in_channels of unet is 9; allowed: 4, the latent_channels of vae")]
    [InlineData("unet/config.json", "block_out_channels", "[16, 64]", "instead of [64")]
    [InlineData("model_index.json", "_class_name", "\"CogVideoXPipeline\"", "is of pipeline CogVideoXPipeline, which is not known; known: StableDiffusionPipeline, StableDiffusionInpaintPipeline, StableDiffusionXLPipeline, StableDiffusionXLInpaintPipeline, StableDiffusion3Pipeline, PixArtAlphaPipeline, FluxPipeline")]
    [InlineData("tokenizer/tokenizer_config.json", "pad_token", "\"<pad>\"", "pad_token is '<pad>'; allowed: <|endoftext|>, or !")]
    public void Open_SettingsThatDoNotFit_AreRefusedByName(string file, string setting, string value, string reason)
    {
        using var folder = new TinyDiffusersFolder();
        var json = JsonNode.Parse(File.ReadAllText(folder[file]))!.AsObject();
        json[setting] = JsonNode.Parse(value);
        File.WriteAllText(folder[file], json.ToJsonString());

        Assert.Contains(reason, Refusal(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AChangedByte_IsAnotherModel()
    {
        using var folder = new TinyDiffusersFolder();
        var before = ModelFolder.Open(folder.FullName).Digest;
        Assert.Equal(before, ModelFolder.Open(folder.FullName).Digest);

        // What is no part of the model does not count.
        File.WriteAllText(folder["README.md"], "---\nlicense: creativeml-openrail-m\n---\n");
        Assert.Equal((before, "creativeml-openrail-m"), (ModelFolder.Open(folder.FullName).Digest, ModelFolder.Open(folder.FullName).About.Licence));

        File.AppendAllText(folder["tokenizer/vocab.json"], "\n");
        Assert.NotEqual(before, ModelFolder.Open(folder.FullName).Digest);
    }

    private static string Refusal(TinyDiffusersFolder folder) => Assert.Throws<InvalidDataException>(() => ModelFolder.Open(folder.FullName)).Message;
}
