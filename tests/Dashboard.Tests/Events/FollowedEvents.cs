using System.Net.ServerSentEvents;

namespace Atelier.Dashboard.Tests.Events;

/// <summary>A stream of events, read one by one.</summary>
internal sealed class FollowedEvents : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _items;

    private FollowedEvents(HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> items) => (_response, _items) = (response, items);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<FollowedEvents> OpenAsync(HttpClient http, string path)
    {
        var response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        return new FollowedEvents(response, SseParser.Create(await response.Content.ReadAsStreamAsync(Cancel)).EnumerateAsync(Cancel).GetAsyncEnumerator(Cancel));
    }

    public Task<bool> HasMoreAsync() => _items.MoveNextAsync().AsTask();

    public async Task<SseItem<string>> NextAsync()
    {
        Assert.True(await HasMoreAsync());
        return _items.Current;
    }

    public async Task<SseItem<string>> UntilAsync(string type)
    {
        while ((await NextAsync()).EventType != type) { }
        return _items.Current;
    }

    public async ValueTask DisposeAsync()
    {
        await _items.DisposeAsync();
        _response.Dispose();
    }
}
