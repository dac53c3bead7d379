using Atelier.Abstractions.Jobs;
using Atelier.Dashboard.Jobs;
using Atelier.Dashboard.Pages;
using Atelier.Dataset.Labels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Atelier.Dashboard.Tests.Jobs;

public sealed class JobsPageQueryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly AllJobs All = new(
        [
            Job("cards", JobStatus.Running, "no worker has its model"), Job("night", JobStatus.Running, null, imagesPerSecond: 4), Job("old", JobStatus.Completed, null, failed: 2),
            Job("torn", JobStatus.Failed, "disk full"),
        ],
        Now,
        IsLive: true)
    {
        Labels = new Dictionary<string, (int, JobLabels?)>(),
    };

    [Theory]
    [InlineData("", "cards,night,old,torn")]
    [InlineData("?view=broken", "cards,torn")]
    [InlineData("?status=waiting", "cards")]
    [InlineData("?status=completed", "old")]
    [InlineData("?status=nonsense", "cards,night,old,torn")]
    [InlineData("?q=NI", "night")]
    [InlineData("?sort=-job", "torn,old,night,cards")]
    [InlineData("?sort=nonsense", "cards,night,old,torn")]
    [InlineData("?from=2", "old,torn")]
    public void Choose_TakesWhatTheAddressSays(string address, string names) =>
        Assert.Equal(names, string.Join(',', Read(address).Choose(All, Now).Jobs.Select(job => job.Job)));

    [Fact]
    public void Counts_AreOfAllStates_WhateverStateIsAskedFor()
    {
        var window = Read("?status=failed").Choose(All, Now);
        Assert.Equal((1, 4), (window.Wanted, window.Total));
        Assert.Equal([JobState.Running, JobState.Waiting, JobState.PartlyCompleted, JobState.Failed], window.Counts.Keys);
    }

    [Fact]
    public void Url_ReadsAsWhatItWasMadeOf()
    {
        var query = new JobsPageQuery { Status = "failed", Q = "a&b=c", Submitter = "ada lovelace", Changed = "24h", View = "broken", Sort = "-job", From = 400 };
        Assert.Equal(query, Read(query.Url(same => same)["/jobs".Length..]));
    }

    private static JobsPageQuery Read(string address) => JobsPageQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(address)));

    private static JobListing Job(string name, JobStatus status, string? reason, double imagesPerSecond = 0, long failed = 0) => new()
    {
        JobId = name,
        Status = status,
        Message = reason,
        ImagesPerSecond = imagesPerSecond,
        Samples = 10,
        Finished = 5,
        Failed = failed,
        Created = Now,
    };
}
