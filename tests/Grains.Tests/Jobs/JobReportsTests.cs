using System.Threading.Channels;
using Atelier.Abstractions.Jobs;
using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobReportsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Channel<JobListing> _told = Channel.CreateUnbounded<JobListing>();
    private JobProgress _job = new() { JobId = "job", Status = JobStatus.Running };
    private bool _isLost;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyChanges_AreToldEveryTwoSeconds_TheLastOneIncluded()
    {
        var reports = Reports();
        for (var finished = 1; finished <= 100; finished++) Change(reports, _job with { Finished = finished });
        Assert.Equal(1, (await ToldAsync()).Finished);
        Assert.False(_told.Reader.TryPeek(out _));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(100, (await ToldAsync()).Finished);
    }

    [Fact]
    public async Task AnotherStatus_IsToldAtOnce_AndWhatIsTheSameIsNotToldAgain()
    {
        var reports = Reports();
        Change(reports, _job);
        Assert.Equal(JobStatus.Running, (await ToldAsync()).Status);
        reports.Signal(JobStatus.Running, Cancel);
        Change(reports, _job with { Status = JobStatus.Completed });
        Assert.Equal(JobStatus.Completed, (await ToldAsync()).Status);
    }

    [Fact]
    public async Task WhatCouldNotBeTold_IsToldLater()
    {
        var reports = Reports();
        _isLost = true;
        Change(reports, _job);
        _isLost = false;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(JobStatus.Running, (await ToldAsync()).Status);
    }

    [Fact]
    public async Task OfANameWithoutAJob_NothingIsTold_UnlessThereWasOne()
    {
        var reports = Reports();
        reports.Signal(null, Cancel);
        Change(reports, _job);
        Assert.Equal(JobStatus.Running, (await ToldAsync()).Status);
        _job = new JobProgress { JobId = "job", Status = JobStatus.Unknown };
        reports.Signal(null, Cancel);
        Assert.Equal(JobStatus.Unknown, (await ToldAsync()).Status);
    }

    private JobReports Reports() => new(
        () => _job,
        listing => _isLost ? Task.FromException(new TimeoutException()) : _told.Writer.WriteAsync(listing, Cancel).AsTask(),
        _time);

    private void Change(JobReports reports, JobProgress job)
    {
        _job = job;
        reports.Signal(job.Status, Cancel);
    }

    private async Task<JobListing> ToldAsync() => await _told.Reader.ReadAsync(Cancel);
}
