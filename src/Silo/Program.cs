using Atelier.Abstractions;
using Atelier.Diffusion.Devices;
using Atelier.Input;
using Atelier.Silo.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

NativeRuntime.Configure();
try
{
    var builder = Host.CreateApplicationBuilder(args);
    builder.AddAtelierSilo();
    await builder.Build().RunSiloAsync();
    return Environment.ExitCode;
}
catch (InvalidInputException refused)
{
    await Console.Error.WriteLineAsync(refused.Message);
    return 2;
}
catch (Exception unusable) when (unusable is OptionsValidationException or OrleansConfigurationException
    || (unusable is InvalidOperationException or FormatException && unusable.Message.Contains("configuration", StringComparison.OrdinalIgnoreCase)))
{
    await Console.Error.WriteLineAsync($"A setting cannot be used: {PrintableText.Of(unusable.Message, 500)}");
    return 2;
}
catch (Exception lost) when (lost is RedisException or RedisTimeoutException)
{
    await Console.Error.WriteLineAsync($"The membership server was lost while the silo joined; the silo ends so as to join anew: {lost.Message}");
    return MembershipGuard.StartAgain;
}
