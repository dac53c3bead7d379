using Atelier.Abstractions;
using Atelier.Dataset.Access;

namespace Atelier.Dashboard.Access;

/// <summary>Where people sign in, and what they may do then; the section <c>Atelier:OpenIdConnect</c>.</summary>
public sealed record OpenIdConnectSettings
{
    /// <summary>The provider's address, below which its <c>.well-known/openid-configuration</c> is.</summary>
    public string Authority { get; init; } = "";

    /// <summary>By what name the provider knows the dashboard.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>What the provider knows the dashboard by; null for a public client, which PKCE alone guards.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>What people call the provider, on the form where they sign in.</summary>
    /// <value>Default <c>your organisation</c>.</value>
    public string Name { get; init; } = "your organisation";

    /// <summary>The claim that has a person's name, which decisions and the audit are kept with, and whose jobs are his own.</summary>
    /// <value>Default <c>preferred_username</c>.</value>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>The claim that has a person's groups, roles, or whatever decides what he may do.</summary>
    /// <value>Default <c>groups</c>.</value>
    public string GroupsClaim { get; init; } = "groups";

    /// <summary>Scopes by values of that claim; of several, the widest holds.</summary>
    /// <value>Default none.</value>
    public Dictionary<string, AccessScope> Groups { get; init; } = [];

    /// <summary>The scope of those who are in no such group; null where they are not let in.</summary>
    /// <value>Default null.</value>
    public AccessScope? Everybody { get; init; }

    /// <summary>Further scopes of OpenID Connect to ask the provider for, beside <c>openid</c> and <c>profile</c>.</summary>
    /// <value>Default none.</value>
    public string[] Scopes { get; init; } = [];

    /// <summary>How long somebody stays signed in, more than nothing. What his groups allow is not looked up before.</summary>
    /// <value>Default 8 hours.</value>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(8);

    /// <summary>What a person may do; null for nothing.</summary>
    /// <param name="groups">Values of the claim.</param>
    internal AccessScope? ScopeOf(IEnumerable<string> groups)
    {
        AccessScope? widest = Everybody;
        foreach (var group in groups)
            if (Groups.TryGetValue(group, out var scope) && !(scope <= widest)) widest = scope;
        return widest;
    }

    /// <summary>Refuses what no provider could be reached with.</summary>
    /// <exception cref="InvalidInputException">Names the setting and what is allowed.</exception>
    internal void Check()
    {
        const string Section = $"{DashboardSettings.Section}:OpenIdConnect";
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            throw new InvalidInputException($"{Section}:{nameof(Authority)} is '{Authority}'; allowed: an https address, such as https://id.example.org/realms/lab");
        if (ClientId.Length == 0) throw new InvalidInputException($"{Section}:{nameof(ClientId)} is missing; allowed: the name that the provider has given the dashboard");
        if (Groups.Count == 0 && Everybody is null) throw new InvalidInputException($"{Section}:{nameof(Groups)} is empty, and so is {nameof(Everybody)}: nobody could do anything");
        if (Lifetime <= TimeSpan.Zero) throw new InvalidInputException($"{Section}:{nameof(Lifetime)} is '{Lifetime}'; allowed: more than nothing");
    }
}
