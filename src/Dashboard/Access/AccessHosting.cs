using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace Atelier.Dashboard.Access;

/// <summary>Who may do what.</summary>
internal static class AccessHosting
{
    private const string Any = "Any";
    private static readonly TimeSpan SignedIn = TimeSpan.FromDays(7);

    public static void AddAtelierAccess(this WebApplicationBuilder builder, DashboardOptions dashboard)
    {
        builder.Services.AddRateLimits();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<HostNames>().AddSingleton<KeyRing>().AddSingleton<LocalRule>().AddSingleton<Acts>().AddSingleton<KeyDesk>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LocalRule>());
        builder.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new CookieKeys());
        var authentication = builder.Services.AddAuthentication(Any)
            .AddPolicyScheme(Any, null, options => options.ForwardDefaultSelector = context => context.Request.Headers.Authorization.Count > 0 ? KeyAuthentication.Bearer : KeyAuthentication.Cookie)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.Bearer, null)
            .AddCookie(KeyAuthentication.Cookie, options =>
            {
                options.Cookie.Name = "atelier-signed-in";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.ExpireTimeSpan = SignedIn;
                // Whoever forges the header of a proxy gets less by it, not more.
                options.Events.OnSigningIn = signing =>
                {
                    signing.CookieOptions.Secure |= signing.Request.Headers["X-Forwarded-Proto"] == "https";
                    return Task.CompletedTask;
                };
            });
        if (dashboard.OpenIdConnect is { } provider) authentication.AddProvider(provider);
    }

    public static void UseAtelierAccess(this WebApplication app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<HostFilter>();
        app.UseAuthentication();
        app.UseMiddleware<AccessGate>();
        app.UseRateLimiter();
        app.UseMiddleware<StreamSlots>();
    }
}
