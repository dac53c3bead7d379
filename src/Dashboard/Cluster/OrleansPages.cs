using Atelier.Dashboard.Access;
using Atelier.Dataset.Access;
using Orleans.Dashboard;

namespace Atelier.Dashboard.Cluster;

/// <summary>The dashboard of Orleans itself, at <c>/orleans</c>: grains, their calls, and silos. For those who may operate, and only where it is asked for: it makes work while nobody looks.</summary>
internal static class OrleansPages
{
    /// <summary>Where it is.</summary>
    public const string Root = "/orleans";

    // Its pages have styles of their own in the markup.
    private const string Policy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void AddOrleansPages(this WebApplicationBuilder builder, DashboardOptions options)
    {
        if (!options.OrleansDashboard) return;
        builder.Services.AddSingleton(services => LateGrains.Of(services.GetRequiredService<ClusterLink>()));
        // What is logged here is not for whoever looks at grains.
        new Client(builder.Services, builder.Configuration).AddDashboard(shown => shown.HideTrace = true);
    }

    public static void MapOrleansPages(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<DashboardOptions>().OrleansDashboard) return;
        app.MapOrleansDashboard(Root).Needs(AccessScope.Operate).ExcludeFromDescription().AddEndpointFilter(async (context, next) =>
        {
            context.HttpContext.Response.Headers.ContentSecurityPolicy = Policy;
            return await next(context);
        });
    }

    private sealed class Client(IServiceCollection services, IConfiguration configuration) : IClientBuilder
    {
        public IServiceCollection Services => services;

        public IConfiguration Configuration => configuration;
    }
}
