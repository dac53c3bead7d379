namespace Atelier.Abstractions.Workers;

/// <summary>A worker, as it presents itself when it asks for work.</summary>
/// <param name="Id">Made anew each time the worker starts.</param>
/// <param name="Name">Machine, process and number, for people.</param>
/// <param name="Device"><c>cpu</c> or <c>cuda:N</c>.</param>
[GenerateSerializer, Immutable, Alias("atelier.WorkerInfo")]
public sealed record WorkerInfo([property: Id(0)] Guid Id, [property: Id(1)] string Name, [property: Id(2)] string Device)
{
    /// <summary>
    /// Address of the silo that the worker lives in, as <c>SiloAddress.ToParsableString</c> writes it: its leases end when that silo is declared
    /// dead. Null when it lives in none; then they end by expiry only.
    /// </summary>
    [Id(3)] public string? Silo { get; init; }

    /// <summary>Digest of the model the worker used last and has in memory; null before the first.</summary>
    [Id(4)] public string? ModelDigest { get; init; }
}
