using Atelier.Dataset.Access;

namespace Atelier.Dashboard.Access;

/// <summary>Who makes a request, and what he may do.</summary>
/// <param name="Scope">What he may do.</param>
/// <param name="Name">As decisions and the audit name him.</param>
/// <param name="Submitter">Whose jobs are his own.</param>
/// <param name="Key">The key that he has shown; null where none is needed.</param>
internal sealed record Grant(AccessScope Scope, string Name, string Submitter, AccessKey? Key)
{
    /// <summary>Whose requests and streams are counted together; null where they are not counted.</summary>
    public string? Bucket { get; init; }

    /// <summary>Everybody on this machine is let in.</summary>
    public static Grant Local { get; } = new(AccessScope.Admin, $"{Environment.UserName}@{Environment.MachineName}", Environment.UserName, null);

    public static Grant Of(AccessKey key) => new(key.Scope, key.Owner, key.Owner, key) { Bucket = $"key {key.Id}" };
}
