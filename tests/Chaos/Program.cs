using System.CommandLine;
using Atelier.Chaos;

var silos = new Option<int>("--silos") { Description = "Silo processes.", DefaultValueFactory = _ => 3 };
var kills = new Option<int>("--kills") { Description = "Silos to kill (SIGKILL).", DefaultValueFactory = _ => 30 };
var freezes = new Option<int>("--freezes") { Description = "Silos to freeze (SIGSTOP, SIGCONT).", DefaultValueFactory = _ => 10 };
var restarts = new Option<int>("--restarts") { Description = "Restarts of the membership and blob servers.", DefaultValueFactory = _ => 4 };
var minutes = new Option<double>("--minutes") { Description = "Time after which nothing more is disturbed.", DefaultValueFactory = _ => 30 };
var seed = new Option<int>("--seed") { Description = "Decides what is disturbed when." };
var store = new Option<string>("--store") { Description = "Where jobs live: directory, or azure (Azurite).", DefaultValueFactory = _ => "directory" };
store.AcceptOnlyFromAmong("directory", "azure");
var rows = new Option<int>("--rows") { Description = "Samples of each job.", DefaultValueFactory = _ => 96 };
var shardSize = new Option<int>("--shard-size") { Description = "Samples of a shard. Shards of over a minute keep their batches as parts.", DefaultValueFactory = _ => 4 };
var steps = new Option<int>("--steps") { Description = "Denoising steps.", DefaultValueFactory = _ => 20 };
var pause = new Option<double>("--pause") { Description = "Seconds between two disturbances, on average.", DefaultValueFactory = _ => 8 };
var freeze = new Option<double>("--freeze") { Description = "Seconds that a freeze lasts; a lease lasts 30.", DefaultValueFactory = _ => 35 };
var folder = new Option<string?>("--folder") { Description = "Where logs and datasets go. Default: a temporary folder, removed at the end." };

var root = new RootCommand("Kills, freezes and restarts a cluster while it works, and compares every byte with an undisturbed run.")
{
    silos, kills, freezes, restarts, minutes, seed, store, rows, shardSize, steps, pause, freeze, folder,
};
root.SetAction(async (result, cancellationToken) =>
{
    var kept = result.GetValue(folder);
    var options = new ChaosOptions
    {
        Silos = result.GetValue(silos),
        Kills = result.GetValue(kills),
        Freezes = result.GetValue(freezes),
        Restarts = result.GetValue(restarts),
        Limit = TimeSpan.FromMinutes(result.GetValue(minutes)),
        Seed = result.GetValue(seed),
        IsAzure = result.GetValue(store) == "azure",
        Rows = result.GetValue(rows),
        ShardSize = result.GetValue(shardSize),
        Steps = result.GetValue(steps),
        Pause = TimeSpan.FromSeconds(result.GetValue(pause)),
        Freeze = TimeSpan.FromSeconds(result.GetValue(freeze)),
        Folder = kept is null ? Directory.CreateTempSubdirectory("atelier-chaos-").FullName : Directory.CreateDirectory(kept).FullName,
    };
    try
    {
        return await ChaosRun.ExecuteAsync(options, cancellationToken) ? 0 : 1;
    }
    catch (Exception failed)
    {
        await Console.Error.WriteLineAsync($"The chaos run itself failed: {failed}");
        return 1;
    }
    finally
    {
        if (kept is null) Directory.Delete(options.Folder, recursive: true);
    }
});
return await root.Parse(args).InvokeAsync();
