namespace Atelier.Dashboard;

/// <summary>The web server.</summary>
internal static class ServerHosting
{
    // Small bodies everywhere but where lists are uploaded, which say so themselves.
    private const long MaxBodyBytes = 4 << 20;

    // A stream of events ends when the server does, so there is nothing to wait for.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    public static void AddAtelierServer(this WebApplicationBuilder builder, DashboardOptions options)
    {
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Store);
        builder.Services.AddSingleton(options.Time);
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.Listen(options.Address, options.Port);
        });
    }
}
