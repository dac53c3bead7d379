namespace Atelier.Dashboard.Pages;

/// <summary>The parts of pages that change, as HTML: made once a second for all who look at one address.</summary>
internal sealed class LivePages(HtmlWriter writer, TimeProvider time)
{
    private readonly SharedReads<IReadOnlyList<(string Id, string Html)>> _reads = new((_, _) => throw new InvalidOperationException("each address is read in its own way"), time);

    /// <summary>The parts of an address.</summary>
    /// <param name="address">Its path and query.</param>
    /// <param name="read">Reads them; whoever asks for the address reads the same.</param>
    /// <param name="cancellationToken">Gives up, which leaves them to others.</param>
    public Task<IReadOnlyList<(string Id, string Html)>> GetAsync(string address, Func<CancellationToken, Task<IReadOnlyList<LivePart>>> read, CancellationToken cancellationToken) =>
        _reads.GetAsync(address, (_, cancel) => RenderAsync(read, cancel), cancellationToken);

    private async Task<IReadOnlyList<(string Id, string Html)>> RenderAsync(Func<CancellationToken, Task<IReadOnlyList<LivePart>>> read, CancellationToken cancellationToken)
    {
        var parts = new List<(string, string)>();
        foreach (var part in await read(cancellationToken)) parts.Add((part.Id, await writer.WriteAsync(part.Content)));
        return parts;
    }
}
