using System.Text.RegularExpressions;
using OpenTelemetry.Trace;

namespace Atelier.ServiceDefaults;

/// <summary>Takes every trace but those that a call between grains would begin: heartbeats and the asking for work come every second, and tell nothing.</summary>
internal sealed partial class RootSampler : Sampler
{
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(GrainCall().IsMatch(samplingParameters.Name) ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);

    // As Orleans names them: IJobGrain/Heartbeat.
    [GeneratedRegex(@"^I\w+/\w+$")]
    private static partial Regex GrainCall();
}
