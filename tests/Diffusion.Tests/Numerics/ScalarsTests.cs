using System.Collections.Concurrent;
using System.Reflection;
using Atelier.Diffusion.Numerics;
using Atelier.Golden;
using TorchSharp;
using static Atelier.Diffusion.Numerics.Scalars;
using static TorchSharp.torch;

namespace Atelier.Diffusion.Tests.Numerics;

/// <remarks>Alone, because the formulas of other tests do not bear collections at every moment.</remarks>
[Collection(nameof(Alone))]
public sealed class ScalarsTests
{
    [Fact]
    public async Task S_WhileOthersCollectGarbage_GivesExactResults()
    {
        const int Collectors = 2, Workers = 3;
        var left = 6000;      // with operators instead, this many collections break a formula or more
        using var start = new Barrier(Collectors + Workers);
        var wrong = new ConcurrentQueue<string>();
        var cancellation = TestContext.Current.CancellationToken;

        var collectors = Enumerable.Range(0, Collectors).Select(_ => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait(cancellation);
            while (Interlocked.Decrement(ref left) >= 0) GC.Collect(0);
        }, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Factory.StartNew(() =>
        {
            using var x = zeros(4);
            start.SignalAndWait(cancellation);
            while (Volatile.Read(ref left) > 0) Check(x, wrong);
        }, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll([.. collectors, .. workers]);

        Assert.Empty(wrong);
    }

    [Fact]
    public void S_OfANumber_HasItsTypeAndValue()
    {
        Assert.Equal((ScalarType.Float64, 0.1), (S(0.1).Type, full(1, S(0.1), ScalarType.Float64).item<double>()));
        Assert.Equal((ScalarType.Int64, -3L), (S(-3).Type, full(1, S(-3), ScalarType.Int64).item<long>()));
    }

    [Fact]
    public void PlusAndMinus_AddAndSubtractElementByElement()
    {
        using var random = new RandomTensors(1);
        var (x, y) = (random.Normal(2, 3), random.Normal(2, 3));
        var (left, right) = (x.data<float>().ToArray(), y.data<float>().ToArray());

        Near.Equal(Matrix(left.Zip(right, (a, b) => a + b)), x.Plus(y));
        Near.Equal(Matrix(left.Select(a => a + 0.1f)), x.Plus(S(0.1)));
        Near.Equal(Matrix(left.Select(a => 0.1f - a)), S(0.1).Minus(x));

        static Tensor Matrix(IEnumerable<float> values) => tensor(values.ToArray(), [2, 3]);
    }

    [Theory]
    [InlineData(typeof(Scalars))]
    [InlineData(typeof(ScalarsTests))]
    [InlineData(typeof(GoldenRun))]
    public void Assembly_ButForScalars_CallsNothingThatMakesAScalar(Type inAssembly)
    {
        var makers = ScalarMakers.InTorchSharp();

        var calls = from call in ScalarMakers.Calls(inAssembly.Assembly)
                    where call.Caller.DeclaringType != typeof(Scalars) && makers.Contains(call.Callee)
                    select $"{call.Caller.DeclaringType}.{call.Caller.Name} calls {call.Callee.DeclaringType}.{call.Callee}";

        Assert.Empty(calls);
    }

    [Fact]
    public void InTorchSharp_KnowsWhatMakesAScalarAndWhatDoesNot()
    {
        var makers = ScalarMakers.InTorchSharp();

        Assert.Contains(Operator("op_Implicit", typeof(Scalar), typeof(double)), makers);
        Assert.Contains(Operator("op_Multiply", typeof(Tensor), typeof(Tensor), typeof(double)), makers);
        Assert.Contains(Operator("op_Addition", typeof(Tensor), typeof(Tensor), typeof(Tensor)), makers);
        Assert.Contains(typeof(Tensor).GetMethod("square")!, makers);
        Assert.Contains(typeof(nn).GetMethod("BatchNorm2d")!, makers);
        Assert.DoesNotContain(Operator("op_Multiply", typeof(Tensor), typeof(Tensor), typeof(Scalar)), makers);
        Assert.DoesNotContain(Operator("op_Multiply", typeof(Tensor), typeof(Tensor), typeof(Tensor)), makers);

        static MethodInfo Operator(string name, Type type, params Type[] operands) => type.GetMethod(name, operands)!;
    }

    private static void Check(Tensor x, ConcurrentQueue<string> wrong)
    {
        try
        {
            using var scope = NewDisposeScope();
            // 3 * (0 + 1.5) - 2 = 2.5, 1 - 2.5 = -1.5, and their sum 1.
            var y = S(3) * x.Plus(S(1.5)) - S(2);
            var value = y.Plus(S(1).Minus(y)).data<float>()[0];
            if (value != 1) wrong.Enqueue($"{value} instead of 1");
        }
        catch (Exception native)
        {
            wrong.Enqueue(native.Message);
        }
    }
}
