using Atelier.Abstractions.Jobs;
using Atelier.Grains.Dispatch;

namespace Atelier.Grains.Tests.Dispatch;

public sealed class SchedulingPolicyTests
{
    private const int Shard = 64;
    private readonly SchedulingPolicy _policy = new();

    [Fact]
    public void Order_PutsHigherClassesFirst()
    {
        Set("low", JobPriority.Low);
        Set("high", JobPriority.High);
        Set("normal");
        Assert.Equal(["high", "normal", "low"], _policy.Order(null));
    }

    [Fact]
    public void Order_WhenAllClassesWait_GivesEachLowerOneALeaseInSixteen()
    {
        Set("high", JobPriority.High);
        Set("normal");
        Set("low", JobPriority.Low);
        var leases = Lease(1601);
        Assert.Equal((100, 100), (leases["normal"], leases["low"]));
    }

    [Fact]
    public void Order_AfterALowerClassHadNothingToDo_OwesItNothing()
    {
        Set("normal");
        Set("low", JobPriority.Low, waiting: false);
        Assert.Equal(100, Lease(100)["normal"]);
        Set("low", JobPriority.Low);
        Assert.Equal(15, Lease(15)["normal"]);
        Assert.Equal(["low"], Lease(1).Keys);
        Assert.Equal(15, Lease(15)["normal"]);
    }

    [Fact]
    public void Order_WithinASubmitter_SharesByWeight()
    {
        Set("a", weight: 1);
        Set("b", weight: 3);
        var leases = Lease(4000);
        Assert.InRange(leases["a"], 999, 1001);
    }

    [Fact]
    public void Order_BetweenSubmitters_SharesEqually_HoweverManyJobsOneHas()
    {
        for (var job = 0; job < 9; job++) Set($"ann{job}", submitter: "ann", weight: 10);
        Set("bob", submitter: "bob");
        Assert.InRange(Lease(1000)["bob"], 499, 501);
    }

    [Fact]
    public void Order_CountsSamples_NotLeases()
    {
        Set("small", shard: 10);
        Set("large", shard: 1000);
        var leases = Lease(1010);
        Assert.InRange(leases["large"], 9, 11);
    }

    [Fact]
    public void Order_AJobThatComesLater_GetsItsShareFromThenOn_AndNoMore()
    {
        Set("old", submitter: "ann");
        Lease(1000);
        Set("new", submitter: "bob");
        Assert.InRange(Lease(100)["new"], 49, 51);
    }

    [Fact]
    public void Order_AJobThatHadNothingToLease_DoesNotCatchUp()
    {
        Set("busy");
        Set("idle");
        _policy.SetWaiting("idle", false);
        Assert.Equal(["busy", "idle"], _policy.Order(null));
        Lease(1000);
        _policy.SetWaiting("idle", true);
        Assert.InRange(Lease(100)["idle"], 49, 51);
    }

    [Fact]
    public void Order_ForAWorkerWithALoadedModel_KeepsToItForAWhile_ThenTurnsToWhoIsBehind()
    {
        Set("a", model: "A");
        Set("b", model: "B");
        var drawn = new List<string>();
        var loaded = "A";
        for (var lease = 0; lease < 100; lease++)
        {
            var job = _policy.Order(loaded).First();
            _policy.Charge(job, Shard);
            loaded = job == "a" ? "A" : "B";
            drawn.Add(job);
        }
        var changes = drawn.Zip(drawn.Skip(1)).Count(pair => pair.First != pair.Second);
        Assert.InRange(changes, 2, 100 / SchedulingPolicy.AffinityLeases);
        var lead = 0;
        foreach (var job in drawn) Assert.InRange(lead += job == "a" ? 1 : -1, -SchedulingPolicy.AffinityLeases - 1, SchedulingPolicy.AffinityLeases + 1);
    }

    [Fact]
    public void Order_ForAWorkerWithALoadedModel_NeverPassesAHigherClass()
    {
        Set("high", JobPriority.High, model: "A");
        Set("normal", model: "B");
        Assert.Equal(["high", "normal"], _policy.Order("B"));
    }

    [Fact]
    public void Order_OfAnyJobs_HoldsEachOnce_NeverStarvesOne_AndSharesFairly()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var policy = new SchedulingPolicy();
            var jobs = Enumerable.Range(0, random.Next(1, 8)).Select(number => (
                Id: $"job{number}",
                Scheduling: new JobScheduling
                {
                    Submitter = $"submitter{random.Next(3)}",
                    Priority = (JobPriority)random.Next(-1, 2),
                    Weight = random.Next(1, 5),
                },
                Model: $"model{random.Next(2)}",
                Shard: random.Next(1, 100))).ToList();
            foreach (var job in jobs) policy.Set(job.Id, job.Scheduling, job.Model, job.Shard, isWaiting: true);

            var samples = jobs.ToDictionary(job => job.Id, _ => 0.0);
            var leases = jobs.Select(job => job.Scheduling.Priority).Distinct().ToDictionary(priority => priority, _ => 0);
            var loaded = new string?[4];
            const int Leases = 4_000;
            for (var lease = 0; lease < Leases; lease++)
            {
                var worker = random.Next(loaded.Length);
                var order = policy.Order(loaded[worker]).ToList();
                Assert.Equal(jobs.Select(job => job.Id).Order(), order.Order());
                var job = jobs.Find(job => job.Id == order[0]);
                policy.Charge(job.Id, job.Shard);
                loaded[worker] = job.Model;
                samples[job.Id] += job.Shard;
                leases[job.Scheduling.Priority]++;
            }

            Assert.All(leases.Values, count => Assert.InRange(count, Leases / SchedulingPolicy.LowerClassPeriod - 1, Leases));
            foreach (var submitters in jobs.GroupBy(job => job.Scheduling.Priority).Select(one => one.GroupBy(job => job.Scheduling.Submitter).ToList()))
            {
                // Nobody is ahead by more than what affinity allows for and the lease that went too far.
                const double Slack = (SchedulingPolicy.AffinityLeases + 2) * 100;
                var shares = submitters.Select(one => one.Sum(job => samples[job.Id])).ToList();
                Assert.True(shares.Max() - shares.Min() <= 2 * Slack, $"seed {seed}: submitters got {string.Join(", ", shares)}");
                foreach (var own in submitters)
                {
                    var perWeight = own.Select(job => samples[job.Id] / job.Scheduling.Weight).ToList();
                    Assert.True(perWeight.Max() - perWeight.Min() <= 2 * Slack, $"seed {seed}: per weight {string.Join(", ", perWeight)}");
                }
            }
        }
    }

    [Fact]
    public void Set_WithAnotherClass_MovesTheJob_AndRemoveForgetsIt()
    {
        Set("a", JobPriority.Low);
        Set("b");
        Set("a", JobPriority.High);
        Assert.Equal(["a", "b"], _policy.Order(null));
        _policy.Remove("a");
        _policy.Remove("a");
        Assert.Equal(["b"], _policy.Order(null));
    }

    private void Set(
        string id, JobPriority priority = JobPriority.Normal, string submitter = "", int weight = 1, string model = "M", int shard = Shard, bool waiting = true)
    {
        _policy.Set(id, new JobScheduling { Priority = priority, Submitter = submitter, Weight = weight }, model, shard, waiting);
        _shards[id] = shard;
    }

    private readonly Dictionary<string, int> _shards = [];

    private Dictionary<string, int> Lease(int count)
    {
        var leases = new Dictionary<string, int>();
        for (; count > 0; count--)
        {
            var job = _policy.Order(null).First();
            _policy.Charge(job, _shards[job]);
            leases[job] = leases.GetValueOrDefault(job) + 1;
        }
        return leases;
    }
}
