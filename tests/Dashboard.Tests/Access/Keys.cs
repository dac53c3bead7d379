using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Tests.Access;

/// <summary>Clients that show keys, of a dashboard where everybody must.</summary>
internal static class Keys
{
    /// <summary>A header by which a dashboard on loopback knows that it is behind a proxy.</summary>
    public const string Proxy = "X-Forwarded-For";

    public static async Task<string> MakeAsync(IStore store, AccessScope scope, string owner = "ada", TimeSpan? lifetime = null, AccessQuota? quota = null)
    {
        var now = lifetime < TimeSpan.Zero ? DateTimeOffset.UtcNow.AddDays(-2) : DateTimeOffset.UtcNow;
        var (_, token) = await AccessKeys.AddAsync(store, scope, owner, "a test", lifetime is { } span ? (span < TimeSpan.Zero ? now.AddDays(1) : now + span) : null, "test", now, quota, TestContext.Current.CancellationToken);
        return token.Reveal();
    }

    /// <summary>Somebody at another machine, with a key or none.</summary>
    public static HttpClient Client(Uri address, string? key)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
        http.DefaultRequestHeaders.TryAddWithoutValidation(Proxy, "10.0.0.1");
        if (key is not null) http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        return http;
    }
}
