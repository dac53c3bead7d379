using System.Globalization;
using System.Threading.RateLimiting;
using Atelier.Dashboard.Problems;
using Microsoft.AspNetCore.RateLimiting;

namespace Atelier.Dashboard.Access;

/// <summary>A bucket of tokens for each key; one for each address of those who have shown none.</summary>
internal static class RateLimits
{
    private const string Images = "getImage";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<DashboardOptions>((limiter, dashboard) =>
        {
            var bucket = new TokenBucketRateLimiterOptions
            {
                TokenLimit = dashboard.Limits.Burst,
                TokensPerPeriod = dashboard.Limits.RequestsPerSecond,
                ReplenishmentPeriod = Second,
                QueueLimit = 0,
                AutoReplenishment = true,
            };
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => PartitionOf(context) is { } whose
                ? RateLimitPartition.GetTokenBucketLimiter(whose, _ => bucket)
                : RateLimitPartition.GetNoLimiter(""));
            limiter.OnRejected = async (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : Second;
                rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                await ProblemBody.WriteAsync(rejected.HttpContext, StatusCodes.Status429TooManyRequests, "rate.exceeded",
                    $"these are more than {dashboard.Limits.RequestsPerSecond} requests a second, or {dashboard.Limits.Burst} at once");
            };
        });
    }

    // A gallery asks for hundreds of pictures while somebody scrolls.
    private static string? PartitionOf(HttpContext context) => Caller.GrantOf(context) switch
    {
        null => $"address {context.Connection.RemoteIpAddress}",
        { Bucket: null } => null,
        { Bucket: var whose } => context.Request.Headers.Authorization.Count == 0 && context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == Images ? null : whose,
    };
}
