using System.Reflection;
using Atelier.Abstractions.Jobs;
using Atelier.Abstractions.Retries;

namespace Atelier.Client.Tests;

public sealed class PatienceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task EveryCall_WhileNoSiloAnswers_IsMadeAsOftenAsTheOptionsSay(int tries)
    {
        var grains = DispatchProxy.Create<IGrainFactory, SilentGrains>();
        var client = new AtelierClient(grains, retry: new RetryOptions { MaxTries = tries, Pause = TimeSpan.FromMilliseconds(1) });

        await Assert.ThrowsAsync<TimeoutException>(() => client.PauseAsync("job", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(tries, ((SilentGrains)(object)grains).Calls);
    }

    /// <summary>Gives jobs that never answer.</summary>
    public class SilentGrains : DispatchProxy
    {
        public int Calls { get; private set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Assert.Equal(nameof(IGrainFactory.GetGrain), targetMethod!.Name);
            Calls++;
            return Create<IJobGrain, SilentJob>();
        }
    }

    /// <summary>A job whose calls time out.</summary>
    public class SilentJob : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Task.FromException(new TimeoutException());
    }
}
