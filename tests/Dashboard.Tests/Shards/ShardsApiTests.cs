using System.Net;
using System.Security.Cryptography;
using Atelier.Abstractions.Workers;
using Atelier.Dataset.Attempts;
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

    [Theory]
    [InlineData("drawn/shards", "44-03")]
    [InlineData("half/shards", "33-00")]
    [InlineData("drawn/shards?from=1&count=2", "34")]
    public async Task Map_OfAStore_IsFourBitsAShard(string path, string bytes)
    {
        // Samples 3 and 13 lack their images, of shards 0 and 1; of a job that is not completed nobody has counted them.
        var (response, body) = await dashboard.GetAsync($"/api/v1/jobs/{path}", ("Accept", "application/octet-stream"));
        using var _ = response;
        Assert.Equal(("application/octet-stream", bytes), (response.Content.Headers.ContentType!.MediaType, BitConverter.ToString(body)));
        Assert.Equal(HttpStatusCode.NotModified, (await dashboard.GetAsync($"/api/v1/jobs/{path}", ("Accept", "application/octet-stream"), ("If-None-Match", response.Headers.ETag!.Tag))).Response.StatusCode);
    }

    [Fact]
    public async Task Get_AShard_SaysWhereItStands_AndWhichAttemptsEndedBadly()
    {
        var lease = new WorkLease { Id = Guid.NewGuid(), JobId = "half", Incarnation = Guid.NewGuid(), Duration = TimeSpan.FromMinutes(1), Kind = WorkKind.Draw, Shard = 2 };
        await AttemptFiles.FailAsync(dashboard.Store, lease, isLoss: false, 0, new AttemptNote { Worker = "w", Reason = "disk full", Code = "store.full", At = DateTimeOffset.UnixEpoch }, TestContext.Current.CancellationToken);
        var shard = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/half/shards/2")).Json;
        Assert.Equal((2, "waiting_after_failure", 16, 4), (shard.GetProperty("shard").GetInt32(), shard.GetProperty("state").GetString(), shard.GetProperty("first_sample").GetInt64(), shard.GetProperty("samples").GetInt32()));
        var failure = Assert.Single(shard.GetProperty("failures").EnumerateArray());
        Assert.Equal((lease.Id, "w", "store.full", "disk full", false), (failure.GetProperty("attempt").GetGuid(), failure.GetProperty("worker").GetString(), failure.GetProperty("code").GetString(), failure.GetProperty("message").GetString(), failure.GetProperty("is_loss").GetBoolean()));
        Assert.Equal((HttpStatusCode.NotFound, "shard.unknown"), await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/half/shards/3") is var none ? (none.Status, none.Code) : default);
    }

    [Fact]
    public async Task List_OfShardsInAState_GoesOnWhereItEnded()
    {
        var page = (await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/half/shards?state=done&count=1")).Json;
        Assert.Equal((0, "done", 1), (page.GetProperty("data")[0].GetProperty("shard").GetInt32(), page.GetProperty("data")[0].GetProperty("state").GetString(), page.GetProperty("next").GetInt32()));
        var refused = await dashboard.SendAsync(HttpMethod.Get, "/api/v1/jobs/half/shards?state=odd");
        Assert.Equal("state is 'odd'; allowed: set_aside, waiting_after_failure, done_with_failures, leased, waiting, committed, done, with commas between them", refused.Text("detail"));
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
