using Atelier.Dataset.Access;
using Atelier.Dataset.Stores;

namespace Atelier.Dashboard.Access;

/// <summary>Makes and revokes keys, for pages and the API.</summary>
internal sealed class KeyDesk(IStore store, KeyRing ring, Acts acts, TimeProvider time)
{
    /// <summary>Makes a key.</summary>
    /// <exception cref="Abstractions.InvalidInputException">A value is not allowed.</exception>
    public async Task<(AccessKey Key, AccessToken Token)> AddAsync(NewKeyRequest request, string name, CancellationToken cancellationToken)
    {
        await acts.BeginAsync("key.create", $"{request.Scope.ToString().ToLowerInvariant()} for {request.Owner}", request.Label, cancellationToken);
        var made = await AccessKeys.AddAsync(store, request.Scope, request.Owner, request.Label, request.ExpiresAt, name, time.GetUtcNow(), request.Quota, cancellationToken);
        ring.Expire();
        return made;
    }

    /// <summary>Revokes a key. Safe to repeat.</summary>
    /// <exception cref="Problems.ProblemException">There is none.</exception>
    public async Task RevokeAsync(string id, string? reason, string name, CancellationToken cancellationToken)
    {
        if (!AccessToken.IsId(id)) throw KeysApi.Unknown(id);
        await acts.BeginAsync("key.revoke", id, reason, cancellationToken);
        if (!await AccessKeys.RevokeAsync(store, id, name, time.GetUtcNow(), cancellationToken)) throw KeysApi.Unknown(id);
        ring.Expire();
    }
}
