using System.Net;
using System.Security.Cryptography;
using Atelier.Dataset.Jobs;

namespace Atelier.Dashboard.Tests.Shards;

public sealed class ShardsApiTests(StoreDashboard dashboard) : IClassFixture<StoreDashboard>
{
    private const string Tar = "/api/v1/jobs/drawn/shards/1.tar";

    [Theory]
    [InlineData("tar")]
    [InlineData("parquet")]
    public async Task Get_AFileOfAShard_IsTheOneThatWasCommitted(string extension)
    {
        var stats = await JobFiles.ReadStatsAsync(dashboard.Store, "drawn", 1, TestContext.Current.CancellationToken);
        var (response, body) = await dashboard.GetAsync($"/api/v1/jobs/drawn/shards/1.{extension}");
        using var _ = response;
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(body));
        Assert.Equal(extension == "tar" ? stats!.TarSha256 : stats!.ParquetSha256, sha256);
        Assert.Equal((HttpStatusCode.OK, $"\"{sha256}\"", $"00001.{extension}"), (response.StatusCode, response.Headers.ETag!.Tag, response.Content.Headers.ContentDisposition!.FileName));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("sandbox", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=100-199", 100, 100)]
    [InlineData("bytes=-7", -7, 7)]
    [InlineData("bytes=512-", 512, -512)]
    public async Task Get_APartOfAFile_IsThatPart(string range, int from, int count)
    {
        var whole = (await dashboard.GetAsync(Tar)).Body;
        var (response, body) = await dashboard.GetAsync(Tar, ("Range", range));
        using var _ = response;
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        var first = from < 0 ? whole.Length + from : from;
        Assert.Equal(whole.Skip(first).Take(count < 0 ? whole.Length + count : count), body);
    }

    [Fact]
    public async Task Get_WithTagsAndRanges_GivesOnlyWhatIsNotKnown()
    {
        var tag = (await dashboard.GetAsync(Tar)).Response.Headers.ETag!.Tag;
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(("If-None-Match", tag)));
        Assert.Equal(HttpStatusCode.PartialContent, await StatusAsync(("If-Range", tag), ("Range", "bytes=0-9")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(("If-Range", "\"another\""), ("Range", "bytes=0-9")));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, await StatusAsync(("Range", "bytes=99999999-")));

        async Task<HttpStatusCode> StatusAsync(params (string, string)[] headers) => (await dashboard.GetAsync(Tar, headers)).Response.StatusCode;
    }

    [Theory]
    [InlineData("half/shards/2.tar", "shard.not_committed")]
    [InlineData("half/shards/3.json", "shard.unknown")]
    [InlineData("nowhere/shards/0.tar", "job.unknown")]
    public async Task Get_WhatIsNotThere_Is404WithACode(string path, string code)
    {
        var reply = await dashboard.SendAsync(HttpMethod.Get, $"/api/v1/jobs/{path}");
        Assert.Equal((HttpStatusCode.NotFound, code), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task List_OfShards_HasStatsWhereTheyAreCommitted()
    {
        var page = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/half/shards?from=1&count=5")).Json;
        Assert.Equal(3, page.GetProperty("total").GetInt32());
        Assert.Equal(
            [(1, 8, 8, true), (2, 16, 4, false)],
            page.GetProperty("data").EnumerateArray().Select(shard => (shard.GetProperty("shard").GetInt32(), shard.GetProperty("first_sample").GetInt32(), shard.GetProperty("samples").GetInt32(), shard.GetProperty("stats").ValueKind == System.Text.Json.JsonValueKind.Object)));
    }
}
