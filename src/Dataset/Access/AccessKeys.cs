using System.Globalization;
using Atelier.Abstractions;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Jobs;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Access;

/// <summary>The keys of a store. A key is made as version 0 of its id, and revoked by a further version; the highest number holds.</summary>
public static class AccessKeys
{
    private const int MaxText = 100;

    /// <summary>Makes a key. When the task completes, it is durable.</summary>
    /// <param name="store">The store.</param>
    /// <param name="scope">What it allows.</param>
    /// <param name="owner">In whose name its bearer acts: 1 to 100 characters, none of them a control character.</param>
    /// <param name="label">What it is for; null for nothing in particular.</param>
    /// <param name="expires">From when on it opens nothing; null for never.</param>
    /// <param name="createdBy">Who makes it.</param>
    /// <param name="now">The time.</param>
    /// <param name="quota">How much its bearer may have made; null for any amount.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The key, and the token that opens it, which can be had only here.</returns>
    /// <exception cref="InvalidInputException">A value is not allowed.</exception>
    public static async Task<(AccessKey Key, AccessToken Token)> AddAsync(
        IStore store, AccessScope scope, string owner, string? label, DateTimeOffset? expires, string createdBy, DateTimeOffset now, AccessQuota? quota = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        quota?.Check();
        if (!Enum.IsDefined(scope)) throw new InvalidInputException($"scope is '{scope}'; allowed: read, submit, operate, admin");
        Check(nameof(owner), owner ?? "", 1);
        Check(nameof(label), label ?? "", 0);
        if (expires <= now) throw new InvalidInputException($"expires is {expires:u}, which is past; allowed: a moment to come, or none");
        while (true)
        {
            var token = AccessToken.Make();
            var key = new AccessKey
            {
                Id = token.Id,
                Sha256 = token.Sha256(),
                Scope = scope,
                Owner = owner!,
                Label = string.IsNullOrWhiteSpace(label) ? null : label,
                Created = now,
                CreatedBy = createdBy,
                Expires = expires,
                Quota = quota is { SamplesPerDay: null, JobsAtOnce: null } ? null : quota,
            };
            if (await TryCreateAsync(store, key, 0, cancellationToken).ConfigureAwait(false)) return (key, token);
        }
    }

    /// <summary>Revokes a key for good. When the task completes, this is durable. Safe to repeat.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">Id of the key: any text.</param>
    /// <param name="revokedBy">Who revokes it.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there is such a key.</returns>
    public static async Task<bool> RevokeAsync(IStore store, string id, string revokedBy, DateTimeOffset now, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (id is null || !AccessToken.IsId(id)) return false;
        while (true)
        {
            var last = -1;
            await foreach (var entry in store.ListAsync($"{JobIndex.AccessFolder}/{id}/", cancellationToken).ConfigureAwait(false))
                if (Parse(entry.Path) is { } version) last = Math.Max(last, version.Number);
            if (last < 0) return false;
            var key = await ReadAsync(store, id, last, cancellationToken).ConfigureAwait(false);
            if (key.Revoked is not null) return true;
            if (await TryCreateAsync(store, key with { Revoked = now, RevokedBy = revokedBy }, last + 1, cancellationToken).ConfigureAwait(false)) return true;
        }
    }

    /// <summary>The newest version of each key there is.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Numbers by ids, in the order of ids.</returns>
    public static async Task<SortedDictionary<string, int>> ListAsync(IStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var newest = new SortedDictionary<string, int>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(JobIndex.AccessFolder + "/", cancellationToken).ConfigureAwait(false))
            if (Parse(entry.Path) is { } version) newest[version.Id] = Math.Max(version.Number, newest.GetValueOrDefault(version.Id));
        return newest;
    }

    /// <summary>A version of a key, which never changes.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">Id of the key.</param>
    /// <param name="number">Number of the version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">It is missing, damaged, or that of another key.</exception>
    public static async Task<AccessKey> ReadAsync(IStore store, string id, int number, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var path = PathOf(id, number);
        var content = await store.ReadAsync(path, cancellationToken).ConfigureAwait(false) ?? throw new InvalidInputException($"{path} is missing");
        var key = JobJson.Read(content, JobJson.File.AccessKey, path);
        return key.Id == id ? key : throw new InvalidInputException($"{path} is that of another key");
    }

    private static Task<bool> TryCreateAsync(IStore store, AccessKey key, int number, CancellationToken cancellationToken) =>
        store.TryCreateAsync(PathOf(key.Id, number), JobJson.Write(key, JobJson.File.AccessKey), cancellationToken);

    private static string PathOf(string id, int number) => string.Create(CultureInfo.InvariantCulture, $"{JobIndex.AccessFolder}/{id}/{number:D5}.json");

    private static (string Id, int Number)? Parse(string path) =>
        path.Split('/') is [_, var id, var file] && AccessToken.IsId(id) && file.EndsWith(".json", StringComparison.Ordinal)
        && int.TryParse(file[..^".json".Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (id, number) : null;

    private static void Check(string name, string value, int least)
    {
        if (value.Length < least || value.Length > MaxText || value.Any(char.IsControl))
            throw new InvalidInputException($"{name} is '{value}'; allowed: {least} to {MaxText} characters, none of them a control character");
    }
}
