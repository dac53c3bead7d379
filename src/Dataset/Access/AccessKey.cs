using System.Text.Json.Serialization;

namespace Atelier.Dataset.Access;

/// <summary>A key to a dashboard, as its newest version says: <c>.access/{id}/00000.json</c> and so on, create-only. Its secret is kept nowhere.</summary>
public sealed record AccessKey
{
    /// <summary>Its name: 12 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Lower-case hex SHA-256 of the secret's 32 random bytes. Being random, they need no slow hash.</summary>
    public required string Sha256 { get; init; }

    /// <summary>What it allows.</summary>
    public required AccessScope Scope { get; init; }

    /// <summary>In whose name its bearer acts: 1 to 100 characters.</summary>
    public required string Owner { get; init; }

    /// <summary>What it is for, in words; at most 100 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Label { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>From when on it opens nothing; null for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DateTimeOffset? Expires { get; init; }

    /// <summary>How much its bearer may have made; null for any amount.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AccessQuota? Quota { get; init; }

    /// <summary>When it was revoked; null where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public DateTimeOffset? Revoked { get; init; }

    /// <summary>Who revoked it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? RevokedBy { get; init; }

    /// <summary>Whether it opens anything.</summary>
    /// <param name="now">The time.</param>
    public bool IsValidAt(DateTimeOffset now) => Revoked is null && (Expires is null || now < Expires);
}
