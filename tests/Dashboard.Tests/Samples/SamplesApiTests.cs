using System.Net;
using System.Text.Json;

namespace Atelier.Dashboard.Tests.Samples;

public sealed class SamplesApiTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    [Theory]
    [InlineData("limit=3", "0 1 2", "3", 3)]
    [InlineData("cursor=6&limit=4", "6 7 8 9", "10", 4)]
    [InlineData("from=18", "18 19", null, 2)]
    [InlineData("order=-number&limit=5", "19 18 17 16 15", "14", 5)]
    [InlineData("order=-number&cursor=1", "1 0", null, 2)]
    [InlineData("status=failed", "3 13", null, 20)]
    [InlineData("status=failed&limit=1", "3", "4", 4)]
    [InlineData("code=non_finite&order=-number", "13 3", null, 20)]
    [InlineData("code=other", "", null, 20)]
    [InlineData("row=4", "8 9", null, 2)]
    [InlineData("id=cat", "2 3", null, 2)]
    [InlineData("id=cat&status=ok", "2", null, 2)]
    [InlineData("q=КОТ", "2 3", null, 20)]
    [InlineData("seed=900", "18", null, 20)]
    [InlineData("from=20", "", null, 0)]
    public async Task List_FindsSamples_AndSaysHowManyItLookedAt(string query, string samples, string? next, long scanned)
    {
        var page = (await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs/drawn/samples?{query}")).Json;
        Assert.Equal(samples, string.Join(' ', page.GetProperty("data").EnumerateArray().Select(sample => sample.GetProperty("sample").GetInt64())));
        Assert.Equal((next, scanned), (page.GetProperty("next").GetString(), page.GetProperty("scanned").GetInt64()));
    }

    [Theory]
    [InlineData("", 16)]
    [InlineData("order=-number", 16)]
    [InlineData("from=18", 18)]
    public async Task List_WhatIsNotCommitted_IsToldAsARange(string query, int first)
    {
        var page = (await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs/half/samples?{query}")).Json;
        var range = Assert.Single(page.GetProperty("uncommitted").EnumerateArray());
        Assert.Equal((first, 20 - first), (range.GetProperty("first").GetInt32(), range.GetProperty("count").GetInt32()));
        Assert.Equal(query == "from=18" ? 0 : 16, page.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task List_InRandomOrder_IsTheSameForASeed_AndItsPagesHaveEachSampleOnce()
    {
        var (first, again, other) = (await NumbersAsync("drawn", "random&order_seed=5", 7), await NumbersAsync("drawn", "random&order_seed=5", 20), await NumbersAsync("drawn", "random", 20));
        Assert.Equal(Enumerable.Range(0, 20).Select(number => (long)number), first.Order());
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Equal(Enumerable.Range(0, 16).Select(number => (long)number), (await NumbersAsync("half", "random", 5)).Order());
        Assert.Equal([3L, 13L], (await NumbersAsync("drawn", "random&status=failed", 1)).Order());
        Assert.Equal([2L, 3L], (await NumbersAsync("drawn", "random&id=cat", 1)).Order());
    }

    [Fact]
    public async Task List_NewestFirst_PassesOverWhatIsNotThere()
    {
        Assert.Equal(Enumerable.Range(0, 16).Reverse().Select(number => (long)number), await NumbersAsync("half", "newest", 7));
        var page = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/half/samples?order=newest")).Json;
        Assert.Empty(page.GetProperty("uncommitted").EnumerateArray());
    }

    private async Task<List<long>> NumbersAsync(string job, string order, int limit)
    {
        var (numbers, cursor) = (new List<long>(), (string?)null);
        do
        {
            var page = (await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs/{job}/samples?order={order}&limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}")).Json;
            numbers.AddRange(page.GetProperty("data").EnumerateArray().Select(sample => sample.GetProperty("sample").GetInt64()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return numbers;
    }

    [Theory]
    [InlineData("order=odd", "order is 'odd'; allowed: number, -number, newest, random")]
    [InlineData("order_seed=1", "order_seed is '1'; allowed: a whole number from 0 to 18446744073709551615, with order=random")]
    [InlineData("limit=1001", "limit is '1001'; allowed: 1 to 1000")]
    [InlineData("status=odd", "status is 'odd'; allowed: ok, failed")]
    [InlineData("row=10", "row is '10'; allowed: 0 to 9")]
    [InlineData("row=1&id=cat", "there is a row and an id; allowed: one of them")]
    [InlineData("seed=x", "seed is 'x'; allowed: a whole number from 0 to 18446744073709551615")]
    public async Task List_AValueThatIsNotAllowed_IsRefusedInWords(string query, string detail)
    {
        var reply = await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs/drawn/samples?{query}");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, detail), (reply.Status, reply.Text("detail")));
    }

    [Fact]
    public async Task Get_ASample_HasEveryColumn_WithSeedsAsStrings()
    {
        var sample = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/drawn/samples/000000002")).Json;
        Assert.Equal(("<b>кот</b> 🐈", "cat", "18446744073709551615", "18446744073709551615"), (Text("prompt"), Text("id"), Text("seed"), Text("row_seed")));
        Assert.Equal((2, 0, "png", 30), (sample.GetProperty("sample").GetInt64(), sample.GetProperty("shard").GetInt32(), Text("format"), sample.GetProperty("steps").GetInt32()));
        Assert.Equal(JsonValueKind.False, sample.GetProperty("truncated").ValueKind);

        string? Text(string name) => sample.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("drawn")]
    [InlineData("half")]
    public async Task Image_IsThatOfTheShard_AndIsSentOnce(string job)
    {
        var path = $"/api/v1/jobs/{job}/samples/000000009/image";
        var (response, body) = await dashboard.GetAsync(path);
        using var _ = response;
        Assert.Equal((HttpStatusCode.OK, "image/png"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], body[..4]);
        Assert.Equal(HttpStatusCode.NotModified, (await dashboard.GetAsync(path, ("If-None-Match", response.Headers.ETag!.Tag))).Response.StatusCode);
        Assert.Equal(body[4..10], (await dashboard.GetAsync(path, ("Range", "bytes=4-9"))).Body);
    }

    [Theory]
    [InlineData("drawn/samples/000000003/image", "sample.failed")]
    [InlineData("half/samples/000000016/image", "sample.not_committed")]
    [InlineData("drawn/samples/20", "sample.unknown")]
    [InlineData("drawn/samples/x/image", "sample.unknown")]
    [InlineData("drawn/samples?id=dog", "row.unknown")]
    public async Task Get_WhatIsNotThere_Is404WithACode(string path, string code)
    {
        var reply = await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs/{path}");
        Assert.Equal((HttpStatusCode.NotFound, code), (reply.Status, reply.Code));
    }
}
