using Atelier.Abstractions;
using Atelier.Abstractions.Jobs;
using Atelier.Dataset.Catalogue;
using Atelier.Grains.Jobs;
using Microsoft.Extensions.Time.Testing;

namespace Atelier.Grains.Tests.Jobs;

public sealed class JobCatalogueTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly JobCatalogue _catalogue;

    public JobCatalogueTests() => _catalogue = new JobCatalogue(_time);

    [Fact]
    public void Page_PutsTogetherWhatTheStoreAndTheJobsSay()
    {
        _catalogue.Report(Listing("b", JobStatus.Running, "ada"));
        var unknown = Update(new("a", true), new("b", false), new("c", false), new("d", true));
        Assert.Equal(["a", "d"], unknown.Select(job => job.JobId));
        _catalogue.End("a", Outcome(JobStatus.Cancelled, "ada"));

        var page = _catalogue.Page(new JobQuery());

        Assert.Equal(
            [("a", JobStatus.Cancelled), ("b", JobStatus.Running), ("c", JobStatus.Recovering), ("d", JobStatus.Recovering)],
            page.Jobs.Select(job => (job.JobId, job.Status)));
        Assert.Equal((4, _time.GetUtcNow()), (page.Total, page.AsOf));
        Assert.Equal(["d"], Update(new("a", true), new("b", false), new("c", false), new("d", true)).Select(job => job.JobId));
    }

    [Fact]
    public void Page_OfAFilter_CountsAllItsPages_AndTheStatusesOfTheSubmitter()
    {
        for (var job = 0; job < 30; job++)
            _catalogue.Report(Listing($"{job:00}", job % 3 == 0 ? JobStatus.Paused : JobStatus.Running, job % 2 == 0 ? "ada" : "bob"));

        var page = _catalogue.Page(new JobQuery { After = "05", Count = 2, Statuses = [JobStatus.Paused], Submitter = "ada" });

        Assert.Equal(["06", "12"], page.Jobs.Select(job => job.JobId));
        Assert.Equal((5, 5, 10), (page.Total, page.Counts[JobStatus.Paused], page.Counts[JobStatus.Running]));
        Assert.Empty(_catalogue.Page(new JobQuery { Submitter = "eve" }).Jobs);
    }

    [Fact]
    public void AJobThatIsGone_IsNotListed_AndOneThatIsNewIsThoughTheStoreHasNotShownIt()
    {
        Update(new JobIndexEntry("old", false));
        _catalogue.Report(Listing("old", JobStatus.Paused));
        var begun = _time.GetTimestamp() + 1;
        _time.Advance(TimeSpan.FromSeconds(1));
        _catalogue.Report(Listing("new", JobStatus.Staging));
        _catalogue.Report(Listing("deleted", JobStatus.Paused));
        _catalogue.Report(Listing("deleted", JobStatus.Unknown));
        _catalogue.Update([], begun, _time.GetUtcNow());
        Assert.Equal(["new"], _catalogue.Page(new JobQuery()).Jobs.Select(job => job.JobId));
    }

    [Fact]
    public void ARunningJobThatHasFallenSilent_IsRecovering_AndAPausedOneIsWhatItWas()
    {
        _catalogue.Report(Listing("paused", JobStatus.Paused));
        _catalogue.Report(Listing("running", JobStatus.Running, "ada") with { Samples = 9, ImagesPerSecond = 1 });
        _time.Advance(TimeSpan.FromSeconds(30));
        var jobs = _catalogue.Page(new JobQuery()).Jobs;
        Assert.Equal([JobStatus.Paused, JobStatus.Recovering], jobs.Select(job => job.Status));
        Assert.Equal(("ada", 9, 0), (jobs[1].Submitter, jobs[1].Samples, jobs[1].ImagesPerSecond));
    }

    [Fact]
    public void AJobThatEnded_AndIsTakenUpAgain_IsWhatItSays()
    {
        Update(new JobIndexEntry("job", true));
        _catalogue.End("job", Outcome(JobStatus.Completed));
        _catalogue.Report(Listing("job", JobStatus.Running));
        Assert.Equal(JobStatus.Running, Only().Status);
        _catalogue.Report(Listing("job", JobStatus.Completed));
        Update(new JobIndexEntry("job", true));
        Assert.Equal((JobStatus.Completed, DateTimeOffset.UnixEpoch), (Only().Status, Only().Changed));

        JobListing Only() => Assert.Single(_catalogue.Page(new JobQuery()).Jobs);
    }

    [Theory]
    [InlineData(0, "count is '0'; allowed: 1 to 1000")]
    [InlineData(1001, "count is '1001'; allowed: 1 to 1000")]
    public void Query_OfACountThatIsNotAllowed_IsRefused(int count, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidInputException>(new JobQuery { Count = count }.Check).Message);

    [Fact]
    public void Query_OfAStatusThatNoJobHas_IsRefused() => Assert.Equal(
        "status is 'Unknown'; allowed: staging, recovering, running, completed, failed, paused, cancelled",
        Assert.Throws<InvalidInputException>(new JobQuery { Statuses = [JobStatus.Unknown] }.Check).Message);

    private IReadOnlyList<JobIndexEntry> Update(params JobIndexEntry[] index) => _catalogue.Update(index, _time.GetTimestamp(), _time.GetUtcNow());

    private static JobListing Listing(string job, JobStatus status, string submitter = "") => new() { JobId = job, Status = status, Submitter = submitter };

    private static JobOutcome Outcome(JobStatus status, string submitter = "") =>
        new() { Status = status, Samples = 4, Finished = 2, Failed = 1, Created = default, Ended = DateTimeOffset.UnixEpoch, Submitter = submitter };
}
