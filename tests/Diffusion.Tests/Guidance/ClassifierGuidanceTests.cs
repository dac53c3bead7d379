using Atelier.Diffusion.Guidance;
using Atelier.Diffusion.Networks;
using Atelier.Diffusion.Processes;
using Atelier.Diffusion.Samplers;
using Atelier.Diffusion.Schedules;
using Atelier.Golden.Processes;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Guidance;

public sealed class ClassifierGuidanceTests : IDisposable
{
    private readonly EncoderUNetModel _classifier = Classifier(ClassifierPool.Attention);
    private readonly RandomTensors _random = new(2);

    [Theory]
    [InlineData(ClassifierPool.Adaptive)]
    [InlineData(ClassifierPool.Attention)]
    [InlineData(ClassifierPool.Spatial)]
    [InlineData(ClassifierPool.SpatialV2)]
    public void Gradient_OfEveryPool_IsTheDifferenceQuotient(ClassifierPool pool)
    {
        using var classifier = Classifier(pool);
        var (x, timesteps, labels) = (_random.Normal(2, 3, 8, 8), tensor(new long[] { 10, 900 }), tensor(new long[] { 0, 4 }));

        var gradient = ClassifierGuidance.Gradient(classifier, x, timesteps, labels, full(1, 1, 1, 1, S(2.5)));

        // Along the gradient itself, where rounding is least.
        using var noGradients = no_grad();
        var direction = gradient / Length(gradient, keepdim: true);
        var rise = (LogProbability(x.Plus(S(0.01) * direction)) - LogProbability(x - S(0.01) * direction)) / S(0.02);
        Near.Equal(Length(gradient), S(2.5) * rise, rtol: 1e-2);

        Tensor LogProbability(Tensor at) => nn.functional.log_softmax(classifier.call(at, timesteps), dim: -1).gather(1, labels.view(-1, 1)).flatten();
    }

    [Fact]
    public void Gradient_InsideInferenceMode_IsTheSameAndLeavesNothingBehind()
    {
        var (x, timesteps, labels, scale) = (_random.Normal(1, 3, 8, 8), tensor(new long[] { 10 }), tensor(new long[] { 3 }), ones(1, 1, 1, 1));
        var expected = ClassifierGuidance.Gradient(_classifier, x, timesteps, labels, scale);
        using var inference = inference_mode();
        var made = x.Plus(S(0));       // inside, and so unknown to automatic differentiation
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        var gradient = ClassifierGuidance.Gradient(_classifier, made, timesteps, labels, scale);

        Assert.Equal(before + 1, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
        Near.Equal(expected, gradient);
    }

    [Fact]
    public void Gradient_OfAGuidedNetwork_IsTheSumOfBoth()
    {
        var (x, timesteps, labels, scale) = (_random.Normal(1, 3, 8, 8), tensor(new long[] { 10 }), tensor(new long[] { 3 }), ones(1, 1, 1, 1));
        var inner = new RecordedDenoiser(_random.Normal(1, 6, 8, 8), _random.Normal(1, 3, 8, 8));
        var guided = new ClassifierGuidance(inner, _classifier, labels, scale);

        var ten = NoiseLevel.OfAlphaBar(10, 0.9);
        Near.Equal(inner.Predict(x, ten), guided.Predict(x, ten));
        Near.Equal(
            inner.Gradient(x, ten)!.Plus(ClassifierGuidance.Gradient(_classifier, x, timesteps, labels, scale)), guided.Gradient(x, ten)!, atol: 1e-6);
    }

    [Fact]
    public void Step_OfAncestralAndDdim_MoveTheMeanAlike()
    {
        // With eta 1 and an unclipped x_0, DDIM's mean is the posterior's, and to first order both samplers move it by variance * gradient.
        var diffusion = new GaussianDiffusion(NoiseSchedule.Create("linear", 1000));
        var (x, output) = (_random.Normal(1, 3, 2, 2), _random.Normal(1, 6, 2, 2));
        output[.., 3..] = -1;       // the variance of the posterior
        var gradient = _random.Normal(1, 3, 2, 2);

        var free = new DenoisingProcess(diffusion, new RecordedDenoiser(output)) { ClipDenoised = false };
        var guided = new DenoisingProcess(diffusion, new RecordedDenoiser(output, gradient)) { ClipDenoised = false };
        var byMean = Moved(new AncestralSampler());
        var byScore = Moved(new DdimSampler(1));

        Near.Equal(free.Distribution(x, diffusion.Run.From(500), diffusion.Run.To(500), 1).Variance * gradient, byMean, rtol: 1e-2, atol: 1e-6);
        Near.Equal(byMean, byScore, rtol: 2e-2, atol: 1e-5);

        Tensor Moved(SingleStepSampler sampler) =>
            sampler.Step(guided, x, diffusion.Run, 500, zeros_like(x)).Sample - sampler.Step(free, x, diffusion.Run, 500, zeros_like(x)).Sample;
    }

    public void Dispose()
    {
        _classifier.Dispose();
        _random.Dispose();
    }

    private static EncoderUNetModel Classifier(ClassifierPool pool)
    {
        var classifier = new EncoderUNetModel(new EncoderUNetConfig
        {
            ImageSize = 8,
            Pool = pool,
            OutChannels = 5,
            ModelChannels = 32,
            NumResBlocks = 1,
            AttentionResolutions = [2],
            ChannelMult = [1, 1],
            NumHeadChannels = 16,
        });
        using var random = new RandomTensors(3);
        using var scope = NewDisposeScope();
        using var noGradients = no_grad();
        foreach (var parameter in classifier.parameters())
            parameter.copy_(parameter.dim() == 1 ? (S(0.1) * random.Normal(parameter.shape)).Plus(S(0.5)) : S(0.1) * random.Normal(parameter.shape));
        return classifier;
    }

    private static Tensor Length(Tensor images, bool keepdim = false) => images.pow(S(2)).sum([1, 2, 3], keepdim).sqrt();
}
