using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Atelier.ServiceDefaults.Tests;

public sealed class RootSamplerTests
{
    [Theory]
    [InlineData("IDispatcherGrain/Acquire", SamplingDecision.Drop)]
    [InlineData("IJobGrain/Heartbeat", SamplingDecision.Drop)]
    [InlineData("lease", SamplingDecision.RecordAndSample)]
    [InlineData("POST /api/v1/jobs", SamplingDecision.RecordAndSample)]
    public void ShouldSample_ATraceThatACallBetweenGrainsBegins_IsNone(string name, SamplingDecision decision) =>
        Assert.Equal(decision, new RootSampler().ShouldSample(new SamplingParameters(default, ActivityTraceId.CreateRandom(), name, ActivityKind.Internal)).Decision);
}
