using Atelier.Dataset.Access;

namespace Atelier.Dashboard.Access;

/// <summary>What an endpoint needs; metadata. Null where nobody has to say who he is.</summary>
/// <param name="ToRead">The scope for GET.</param>
/// <param name="ToChange">The scope for all else.</param>
internal sealed record Needs(AccessScope? ToRead, AccessScope? ToChange)
{
    // What nobody has thought of is not open to many.
    private static readonly Needs Unsaid = new(AccessScope.Read, AccessScope.Operate);

    /// <summary>What a request needs.</summary>
    public static AccessScope? Of(HttpContext context)
    {
        // Any other is the router's own answer, such as that of a method that is not allowed.
        if (context.GetEndpoint() is not RouteEndpoint endpoint) return null;
        var needs = endpoint.Metadata.GetMetadata<Needs>() ?? Unsaid;
        return HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) ? needs.ToRead : needs.ToChange;
    }
}

/// <summary>Lets endpoints say what they need.</summary>
internal static class NeedsOfEndpoints
{
    /// <summary>A scope for whatever is done here; reading stays open to every key.</summary>
    public static T ChangesNeed<T>(this T endpoints, AccessScope scope) where T : IEndpointConventionBuilder => endpoints.WithMetadata(new Needs(AccessScope.Read, scope));

    /// <summary>A scope for everything here.</summary>
    public static T Needs<T>(this T endpoints, AccessScope scope) where T : IEndpointConventionBuilder => endpoints.WithMetadata(new Needs(scope, scope));

    /// <summary>Nobody has to say who he is.</summary>
    public static T ForEverybody<T>(this T endpoints) where T : IEndpointConventionBuilder => endpoints.WithMetadata(new Needs(null, null));
}
