namespace Atelier.Dashboard.Access;

/// <summary>Who may do what.</summary>
internal static class AccessHosting
{
    public static void AddAtelierAccess(this WebApplicationBuilder builder) => builder.Services.AddSingleton<HostNames>();

    public static void UseAtelierAccess(this WebApplication app) => app.UseMiddleware<HostFilter>();
}
