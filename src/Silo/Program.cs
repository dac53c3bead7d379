using Atelier.Abstractions;
using Atelier.Diffusion.Devices;
using Atelier.Silo.Hosting;
using Microsoft.Extensions.Hosting;

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
