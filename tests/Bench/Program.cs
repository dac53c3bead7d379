using System.CommandLine;
using Atelier.Bench;
using Atelier.Bench.Networks;
using Atelier.Bench.Pages;
using Atelier.Bench.Run;
using Atelier.Bench.Sample;
using Atelier.Bench.Telemetry;

var root = new RootCommand("Measures how far one job and its grains go, and how fast networks draw. Prints Markdown tables; run it in Release.")
{
    Leases(), Workers(), NoOp(), Closing(), Door(), Pages(), SampleCommand.Create(), NetworkCommand.Create(), RunCommand.Create(), TelemetryCommand.Create(),
};
return await root.Parse(args).InvokeAsync();

static Command Leases()
{
    var shards = new Option<int[]>("--shards") { Description = "Shards of each job.", DefaultValueFactory = _ => [1_000, 10_000, 100_000], AllowMultipleArgumentsPerToken = true };
    var workers = new Option<int>("--workers") { Description = "Workers that call at once.", DefaultValueFactory = _ => 16 };
    var store = new Option<string?>("--store") { Description = "A folder for the jobs; by default they are in memory. Needs to be new." };
    var command = new Command("leases", "Leases and commits every shard of large jobs; no pixels.") { shards, workers, store };
    command.SetAction((result, _) => LeasesBenchmark.RunAsync(result.GetValue(shards)!, result.GetValue(workers), result.GetValue(store)));
    return command;
}

static Command Workers()
{
    var workers = new Option<int[]>("--workers") { Description = "Workers of each run.", DefaultValueFactory = _ => [1, 4, 16, 64], AllowMultipleArgumentsPerToken = true };
    var batch = new Option<int>("--batch-time") { Description = "Milliseconds of a batch.", DefaultValueFactory = _ => 200 };
    var batches = new Option<int>("--batches") { Description = "Batches of a shard.", DefaultValueFactory = _ => 10 };
    var shards = new Option<int>("--shards") { Description = "Shards for each worker.", DefaultValueFactory = _ => 8 };
    var latency = new Option<int>("--latency") { Description = "Milliseconds of each request to the store." };
    var command = new Command("workers", "Real workers with simulated devices, against the devices alone.") { workers, batch, batches, shards, latency };
    command.SetAction((result, _) => WorkersBenchmark.RunAsync(
        result.GetValue(workers)!, TimeSpan.FromMilliseconds(result.GetValue(batch)), result.GetValue(batches), result.GetValue(shards),
        TimeSpan.FromMilliseconds(result.GetValue(latency))));
    return command;
}

static Command NoOp()
{
    var samples = new Option<int>("--samples") { Description = "Samples, each a shard of its own.", DefaultValueFactory = _ => 20_000 };
    var workers = new Option<int[]>("--workers") { Description = "Workers of each run.", DefaultValueFactory = _ => [2, 16], AllowMultipleArgumentsPerToken = true };
    var command = new Command("noop", "Leases of one sample each, against Celery and Dask where they are installed.") { samples, workers };
    command.SetAction((result, _) => NoOpBenchmark.RunAsync(result.GetValue(samples), result.GetValue(workers)!));
    return command;
}

static Command Closing()
{
    var shards = new Option<int[]>("--shards") { Description = "Shards of each job.", DefaultValueFactory = _ => [1_000, 4_000], AllowMultipleArgumentsPerToken = true };
    var store = new Option<string?>("--store") { Description = "A new folder for the jobs; by default they are in memory." };
    var command = new Command("closing", "What a job of many shards asks of its store, request by request.") { shards, store };
    command.SetAction((result, _) => ClosingBenchmark.RunAsync(result.GetValue(shards)!, result.GetValue(store)));
    return command;
}

static Command Door()
{
    var jobs = new Option<int>("--jobs") { Description = "Jobs of the store.", DefaultValueFactory = _ => 10_000 };
    var active = new Option<int>("--active") { Description = "Those of them that have work.", DefaultValueFactory = _ => 1_000 };
    var workers = new Option<int>("--workers") { Description = "Workers that ask for it at once.", DefaultValueFactory = _ => 1_000 };
    var seconds = new Option<int>("--seconds") { Description = "How long they work.", DefaultValueFactory = _ => 10 };
    var command = new Command("door", "Many jobs and many workers at the door of one silo: leases, status calls and lists; no pixels.") { jobs, active, workers, seconds };
    command.SetAction((result, _) => DoorBenchmark.RunAsync(
        result.GetValue(jobs), result.GetValue(active), result.GetValue(workers), TimeSpan.FromSeconds(result.GetValue(seconds))));
    return command;
}

static Command Pages()
{
    var jobs = new Option<int>("--jobs") { Description = "Jobs of the list.", DefaultValueFactory = _ => 10_000 };
    var shards = new Option<int>("--shards") { Description = "Shards of the job that is looked at.", DefaultValueFactory = _ => 100_000 };
    var streams = new Option<int>("--streams") { Description = "Streams of events beside the requests.", DefaultValueFactory = _ => 1_000 };
    var seconds = new Option<int>("--seconds") { Description = "How long requests are sent.", DefaultValueFactory = _ => 10 };
    var rows = new Option<int>("--rows") { Description = "Rows of the list that is uploaded.", DefaultValueFactory = _ => 1_000_000 };
    var command = new Command("dashboard", "The dashboard against its budgets: sizes and times of pages, events, requests and uploads.") { jobs, shards, streams, seconds, rows };
    command.SetAction((result, _) => PagesBenchmark.RunAsync(
        result.GetValue(jobs), result.GetValue(shards), result.GetValue(streams), TimeSpan.FromSeconds(result.GetValue(seconds)), result.GetValue(rows)));
    return command;
}
