using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Atelier.Dataset.Catalogue;
using Atelier.Dataset.Stores;

namespace Atelier.Dataset.Access;

/// <summary>
/// What the bearer of a key has submitted, a create-only file for each job: <c>.access/{id}/jobs/{yyyyMMdd}-{samples}-{hash of the name}</c>, which holds the name. The same job again
/// is the same file. It is written before the job is, so that of two who submit at once none goes past the quota unseen.
/// </summary>
/// <param name="Day">The day, in UTC.</param>
/// <param name="Samples">Samples of the job.</param>
/// <param name="Path">The file.</param>
public sealed record AccessUsage(DateOnly Day, long Samples, string Path)
{
    private const string DayForm = "yyyyMMdd";
    private const int HashDigits = 16;

    /// <summary>Notes a job. When the task completes, it is durable.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">Id of the key.</param>
    /// <param name="job">Name of the job.</param>
    /// <param name="samples">Its samples.</param>
    /// <param name="day">The day, in UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The note, and whether this call made it.</returns>
    public static async Task<(AccessUsage Usage, bool IsNew)> AddAsync(IStore store, string key, string job, long samples, DateOnly day, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(job)))[..HashDigits];
        var path = string.Create(CultureInfo.InvariantCulture, $"{Folder(key)}{day.ToString(DayForm, CultureInfo.InvariantCulture)}-{samples}-{hash}");
        return (new AccessUsage(day, samples, path), await store.TryCreateAsync(path, Encoding.UTF8.GetBytes(job), cancellationToken).ConfigureAwait(false));
    }

    /// <summary>All that is noted, by one listing.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">Id of the key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<IReadOnlyList<AccessUsage>> ListAsync(IStore store, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var found = new List<AccessUsage>();
        await foreach (var entry in store.ListAsync(Folder(key), cancellationToken).ConfigureAwait(false))
        {
            if (entry.Path[Folder(key).Length..].Split('-') is [var date, var number, _]
                && DateOnly.TryParseExact(date, DayForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var samples)) found.Add(new AccessUsage(day, samples, entry.Path));
        }
        return found;
    }

    /// <summary>Name of the job; null where the note is gone.</summary>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<string?> ReadJobAsync(IStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return await store.ReadAsync(Path, cancellationToken).ConfigureAwait(false) is { } name ? Encoding.UTF8.GetString(name) : null;
    }

    private static string Folder(string key) => $"{JobIndex.AccessFolder}/{key}/jobs/";
}
