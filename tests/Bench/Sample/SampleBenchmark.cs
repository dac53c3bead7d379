using Atelier.Bench.Sample.Onnx;
using Atelier.Diffusion.Devices;
using Atelier.Diffusion.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Bench.Sample;

/// <summary>
/// How fast a network of GLIDE's kind runs: one call of the UNet and a whole sampling loop, against what the machine can do at most and against ONNX
/// Runtime. All of them run in turn, round after round, so that a busier minute is everyone's.
/// </summary>
internal static class SampleBenchmark
{
    // Of each memory layout, to choose the faster for the convolution's peak.
    private const int Trials = 4;

    /// <summary>Name of the opponent's row.</summary>
    public const string OnnxName = "ONNX Runtime, UNet call";

    /// <summary>Measures, prints and writes.</summary>
    /// <param name="options">What.</param>
    /// <exception cref="ArgumentException">An option that is not allowed.</exception>
    /// <exception cref="InvalidDataException">A file that is not usable.</exception>
    public static void Run(SampleOptions options)
    {
        var glide = GlideOptions.Read(options.Config);
        SampleChecks.Check(options, glide);
        var precision = SampleChecks.PrecisionOf(options, glide);
        var device = SampleChecks.DeviceOf(options);
        set_num_threads(options.Threads);

        using var network = RandomNetwork.Create(glide.Network, options.Seed);
        var graph = UNetGraph.Build(glide.Network, glide.ImageSize);
        var weights = UNetExport.NameWeights(glide.Network, glide.ImageSize, options.Seed);
        if (options.ExportOnnx is { } target) UNetExport.Write(target, network, glide.ImageSize, weights);
        HalfPrecision.Convert(network, precision);
        network.to(device);

        using var crew = new Crew(options.Workers, options.Threads);
        var batches = Each(worker => new Batch(network, glide, options, device, worker));
        var dominant = graph.Convolutions.Where(layer => layer is { Kernel: 3, Stride: 1 }).GroupBy(layer => layer).MaxBy(group => group.Sum(layer => layer.Flops))!.Key;
        var matMuls = Each(_ => Peak.OfMatMul(device));
        Peak[][] layouts = [.. new[] { false, true }.Select(channelsLast => Each(_ => Peak.OfConvolution(dominant, options.Batch, channelsLast, precision, device)))];
        var convolutions = layouts.MinBy(layout => Enumerable.Range(0, Trials).Min(_ => crew.Time(worker => layout[worker].Run())))!;

        crew.Time(Call);
        var growth = ProcessMemory.GrowthDuring(() => crew.Time(Call));
        if (options.Loops > 0) crew.Time(worker => batches[worker].WarmUp());
        var peak = ProcessMemory.Peak;

        OnnxOpponent? onnx = null;
        long? onnxGrowth = options.Onnx is null ? null : ProcessMemory.GrowthDuring(() =>
        {
            onnx = new OnnxOpponent(options.Onnx, batches, options.Threads);
            crew.Time(onnx.Call);
        });

        var images = options.Workers * options.Batch;
        Timing[] timings =
        [
            new("matmul 2048 fp32", options.Workers * matMuls[0].Flops),
            new($"conv 3x3 {dominant.Channels} to {dominant.OutChannels} at {dominant.Size}", options.Workers * convolutions[0].Flops),
            new("UNet call", (double)images * graph.Flops, images),
            new($"{options.Sampler} loop", 0, images),
            new(OnnxName, (double)images * graph.Flops, images),
        ];
        for (var round = 0; round < options.Calls; round++)
        {
            timings[0].Add(crew.Time(worker => matMuls[worker].Run()));
            timings[1].Add(crew.Time(worker => convolutions[worker].Run()));
            timings[2].Add(crew.Time(Call));
            if (onnx is not null) timings[4].Add(crew.Time(onnx.Call));
            if (round < options.Loops) timings[3].Add(crew.Time(worker => batches[worker].Draw()));
        }
        timings[3].Flops = (double)images * graph.Flops * batches[0].CallsOfLoop * (batches[0].Doubles ? 2 : 1);

        var result = new SampleResult
        {
            Options = options,
            Machine = device.type == DeviceType.CUDA ? DeviceNames.Cuda(Math.Max(device.index, 0)) : DeviceNames.Cpu,
            Precision = SampleChecks.NameOf(precision),
            Parameters = (Count(network), graph.Weights.Select(key => network.state_dict()[key].numel()).Sum()),
            Dominant = dominant,
            Timings = timings,
            Memory = (peak, growth, onnxGrowth),
            Agreement = onnx?.Weights == weights ? Agreement(onnx, batches[0]) : null,
        };
        result.Print();
        if (options.Json is { } file) result.Write(file);
        onnx?.Dispose();
        foreach (var disposable in batches.Concat<IDisposable>(matMuls).Concat(layouts.SelectMany(peaks => peaks))) disposable.Dispose();

        T[] Each<T>(Func<int, T> make) => [.. Enumerable.Range(0, options.Workers).Select(make)];

        void Call(int worker)
        {
            using var output = batches[worker].Call();
        }
    }

    private static (double Difference, double Largest) Agreement(OnnxOpponent onnx, Batch batch)
    {
        using var output = batch.Call();
        using var plain = output.cpu().contiguous();
        return onnx.Compare(0, plain);
    }

    private static long Count(Text2ImUNet network) => network.parameters().Sum(parameter => parameter.numel());
}
