using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Atelier.ServiceDefaults;

/// <summary>Health and telemetry, the same for every program of the cluster.</summary>
public static class TelemetryHosting
{
    /// <summary>Tag of the health checks that decide whether a program is ready.</summary>
    public const string Ready = "ready";

    // Grains call each other all the time; what nobody has begun a trace for is not one.
    private const string GrainCalls = "Microsoft.Orleans.Application";

    /// <summary>
    /// Adds health checks and, where configuration asks for it, telemetry: <c>Atelier:MetricsPort</c> serves metrics and health by HTTP, and
    /// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> sends traces, metrics and logs by OTLP. Without either nothing is measured. To be called before everything that is hosted, so that
    /// a program that is still starting says so.
    /// </summary>
    /// <param name="builder">The host, its configuration read.</param>
    /// <param name="service">Name of the program, unless <c>OTEL_SERVICE_NAME</c> gives one.</param>
    /// <exception cref="FormatException">A setting cannot be used; the message names it.</exception>
    public static void AddServiceDefaults(this IHostApplicationBuilder builder, string service)
    {
        var options = TelemetryOptions.Read(builder.Configuration);
        // Whoever asks is told why; in the log it would be an error each time.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        builder.Services.AddHealthChecks().AddCheck<StartedCheck>("started", tags: [Ready]);
        if (options.Door is null && !options.IsExported) return;

        builder.Services.AddSingleton(options);
        if (options.Door is not null) builder.Services.AddHostedService<MetricsDoor>();
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service).AddEnvironmentVariableDetector())
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("Atelier.*", "Microsoft.Orleans").AddAspNetCoreInstrumentation().AddRuntimeInstrumentation();
                if (options.Door is not null) metrics.AddPrometheusExporter();
            });
        if (!options.IsExported) return;
        telemetry.WithTracing(tracing => tracing
            .AddSource("Atelier.*", GrainCalls)
            .AddAspNetCoreInstrumentation(requests => requests.Filter = IsTraced)
            .SetSampler(new ParentBasedSampler(new RootSampler())));
        builder.Logging.AddOpenTelemetry(logging => logging.IncludeFormattedMessage = true);
        telemetry.UseOtlpExporter();
    }

    // Machines ask every few seconds.
    private static bool IsTraced(HttpContext request) => !request.Request.Path.StartsWithSegments("/health") && !request.Request.Path.StartsWithSegments("/metrics");
}
