using System.CommandLine;
using Atelier.Diffusion.Devices;

namespace Atelier.Bench.Sample;

/// <summary>The command <c>sample</c>.</summary>
internal static class SampleCommand
{
    private const int Failure = 1;

    /// <summary>Makes it.</summary>
    public static Command Create()
    {
        var config = new Option<string>("--config") { Description = "GLIDE configuration with the names and defaults of glide-text2im.", Required = true };
        var batch = new Option<int>("--batch") { Description = "Images of a batch.", DefaultValueFactory = _ => 8 };
        var steps = new Option<int?>("--steps") { Description = "Steps of the loop; by default the configuration's timestep_respacing, or 10 where that is empty." };
        var sampler = new Option<string>("--sampler") { Description = "ancestral, ddim, euler, euler-ancestral, plms, dpmpp-2m or dpmpp-2m-karras.", DefaultValueFactory = _ => "ddim" };
        var threads = new Option<int>("--threads") { Description = "Threads of each worker.", DefaultValueFactory = _ => 1 };
        var workers = new Option<int>("--workers") { Description = "Workers that draw at once.", DefaultValueFactory = _ => 1 };
        var guidance = new Option<double>("--guidance") { Description = "Guidance scale; 1 is none.", DefaultValueFactory = _ => 3 };
        var precision = new Option<string?>("--precision") { Description = "fp32, fp16 or bf16; by default fp32, and on a GPU what use_fp16 says." };
        var device = new Option<string>("--device") { Description = "cpu or cuda:N.", DefaultValueFactory = _ => "cpu" };
        var calls = new Option<int>("--calls") { Description = "Rounds of calls.", DefaultValueFactory = _ => 5 };
        var loops = new Option<int?>("--loops") { Description = "Rounds with a whole sampling loop; by default 2." };
        var seed = new Option<int>("--seed") { Description = "Seed of weights and inputs.", DefaultValueFactory = _ => 0 };
        var onnx = new Option<string?>("--onnx") { Description = "An ONNX file to run in turn in ONNX Runtime." };
        var export = new Option<string?>("--export-onnx") { Description = "Where to write that file." };
        var json = new Option<string?>("--json") { Description = "Where to write the figures." };
        var command = new Command("sample", "How fast a network of GLIDE's kind calls and samples, against the machine's peak and ONNX Runtime.")
        {
            config, batch, steps, sampler, threads, workers, guidance, precision, device, calls, loops, seed, onnx, export, json,
        };
        command.SetAction(result => Measure(new SampleOptions
        {
            Config = result.GetValue(config)!,
            Batch = result.GetValue(batch),
            Steps = result.GetValue(steps),
            Sampler = result.GetValue(sampler)!,
            Threads = result.GetValue(threads),
            Workers = result.GetValue(workers),
            Guidance = result.GetValue(guidance),
            Precision = result.GetValue(precision),
            Device = result.GetValue(device)!,
            Calls = result.GetValue(calls),
            Loops = result.GetValue(loops) ?? Math.Min(2, result.GetValue(calls)),
            Seed = result.GetValue(seed),
            Onnx = result.GetValue(onnx),
            ExportOnnx = result.GetValue(export),
            Json = result.GetValue(json),
        }));
        return command;
    }

    private static int Measure(SampleOptions options)
    {
        NativeRuntime.Configure();
        try
        {
            SampleBenchmark.Run(options);
            return 0;
        }
        catch (Exception bad) when (bad is ArgumentException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(bad.Message);
            return Failure;
        }
    }
}
