using System.Reflection;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using Atelier.Diffusion.Tests.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Samplers;

/// <summary>A step gives a device its work and never waits for it, neither for a number of a tensor nor for one that it is sent.</summary>
public sealed class DeviceSyncTests
{
    // What reads numbers out of tensors, and what makes tensors of numbers in the processor's memory.
    private static readonly HashSet<string> Reads = ["item", "ToSingle", "ToDouble", "ToInt64", "ToInt32", "ToBoolean", "data", "cpu", "nonzero", "masked_select", "tensor", "as_tensor", "from_array"];

    // For training, where samples have steps of their own; and what is done once a run or once a shape.
    private static readonly HashSet<string> Exceptions = ["GaussianDiffusion.At", "GaussianDiffusion.NetworkTimesteps", "ClassifierFreeGuidance..ctor", "TrainingLoss", "PositionCode", "T5Encoder"];

    [Fact]
    public void CodeOfAStep_ReadsNoNumbersAndMakesNoHostTensors()
    {
        string[] namespaces = ["Atelier.Diffusion.Samplers", "Atelier.Diffusion.Guidance", "Atelier.Diffusion.Processes", "Atelier.Diffusion.Networks"];
        var calls = ScalarMakers.Calls(typeof(ISampler).Assembly)
            .Where(call => namespaces.Contains(call.Caller.DeclaringType!.Namespace) && IsOfTorch(call.Callee) && Reads.Contains(call.Callee.Name))
            .Select(call => $"{Outermost(call.Caller.DeclaringType!).Name}.{call.Caller.Name}")
            .Where(caller => !Exceptions.Any(exception => caller.StartsWith(exception, StringComparison.Ordinal)))
            .Distinct();

        Assert.Empty(calls);
    }

    [Theory]
    [InlineData("ancestral", 0)]
    [InlineData("ddim", 1)]
    [InlineData("plms", 0)]
    [InlineData("dpmpp-2m", 0)]
    [InlineData("dpmpp-2m-karras", 0)]
    public void Run_OnADeviceWithoutNumbers_GetsToTheEnd(string sampler, double eta)
    {
        // To ask a tensor of this device for a number throws.
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        Assert.ThrowsAny<Exception>(() => empty(1, device: META).item<float>());
        var diffusion = new GaussianDiffusion(NoiseSchedule.Create("squaredcos_cap_v2", 1000, "6"));
        var process = new DenoisingProcess(diffusion, new Everything());
        var created = new SamplingSettings { Sampler = sampler, Steps = 6, Eta = eta, BatchSize = 2 }.CreateSampler();

        var steps = created.Run(process, diffusion.Run, _ => empty(2, 3, 16, 16, device: META), TestContext.Current.CancellationToken).ToList();

        Assert.Equal(created.StepsIn(diffusion.Run), steps.Count);
        Assert.Equal(DeviceType.META, steps[^1].Sample.device_type);
    }

    /// <summary>A network that gives back what it is given, and a classifier.</summary>
    private sealed class Everything : IDenoiser
    {
        public Tensor Predict(Tensor x, NoiseLevel at) => cat([x * at.TimestepsFor(x).view(-1, 1, 1, 1), x], dim: 1);

        public Tensor? Gradient(Tensor x, NoiseLevel at) => x;
    }

    private static bool IsOfTorch(MethodBase method) => method.Module.Assembly == typeof(Tensor).Assembly;

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }
}
