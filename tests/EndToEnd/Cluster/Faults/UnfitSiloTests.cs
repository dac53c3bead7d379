using System.Text.Json;

namespace Atelier.EndToEnd.Cluster.Faults;

/// <summary>Silos that must not draw a job: they are kept out of it, the status says so, and others make what a local run makes.</summary>
[Collection(nameof(Alone))]
public sealed class UnfitSiloTests
{
    [Fact]
    public async Task Silo_WithAnotherModelOfThatName_IsKeptOut()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        cluster.StartSilo($"Atelier__Models={OtherModel.Make(folder)}", $"Atelier__ModelCache={folder["cache"]}");
        await cluster.SubmitAsync(SmallJob.Arguments(folder, "small"));

        var status = await cluster.SaysAsync("small", @"^worker \S+ \(cpu\) cannot work on the job: model 'shapes' in \S+ has digest [0-9a-f]{64}, the job was made for [0-9a-f]{64}; "
            + "the store has none of digest [0-9a-f]{64} either; it is kept out$");
        Assert.Equal(("running", 0), (status.GetProperty("status").GetString(), status.GetProperty("shards_finished").GetInt32()));

        cluster.StartSilo();
        Assert.Equal(0, (await cluster.AtelierAsync("watch", "small")).ExitCode);
        await SmallJob.AssertSameBytesAsync(Path.Combine(folder["store"], "small"));
    }

    [Fact]
    public async Task Silo_WithAnotherModelOfThatName_FetchesTheOneThatWasUploaded_AndASampleThatIsNotANumberFailsAlone()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        cluster.StartSilo($"Atelier__ModelCache={folder["cache"]}");
        var model = Path.Combine(OtherModel.Make(folder), "shapes");
        await cluster.SubmitAsync([
            folder.Write("prompts.txt", "a red circle\na blue caf\u00e9\na green star\n"), "--job-id", "small", "--model", model, "--upload-model", .. SmallJob.Options,
        ]);

        var watched = await cluster.AtelierAsync("watch", "small", "--json");

        Assert.Equal(3, watched.ExitCode);
        var last = JsonElement.Parse(watched.Output.Trim().Split('\n')[^1]);
        Assert.Equal(("completed", 6, 2), (last.GetProperty("status").GetString(), last.GetProperty("finished").GetInt32(), last.GetProperty("failed").GetInt32()));
        var errors = File.ReadAllLines(Path.Combine(folder["store"], "small", "errors.jsonl"));
        Assert.Equal(2, errors.Length);
        Assert.All(errors, error => Assert.Contains("non_finite", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Silo_ThatRoundsDifferently_IsKeptOut_AndWhenAllOthersAreGoneTheJobWaitsAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        using var redis = await Server.Redis().StartAsync();
        using var cluster = new BareCluster($"127.0.0.1:{redis.Port}", folder["store"]);
        // Alone at first, it holds the grains throughout.
        cluster.StartSilo("Atelier__Workers=0");
        await cluster.SubmitAsync(SmallJob.Arguments(folder, "small"));
        var first = cluster.StartSilo();
        await first.UntilFilesAsync(Path.Combine(folder["store"], "small"), "numerics.json", 1);
        first.Signal("KILL");

        // The kernels that libtorch and oneDNN take on a processor without AVX.
        var other = cluster.StartSilo("ATEN_CPU_CAPABILITY=default", "DNNL_MAX_CPU_ISA=SSE41", "ONEDNN_MAX_CPU_ISA=SSE41");
        await cluster.SaysAsync("small", @"worker \S+ \(cpu\) computes in numerics class [0-9a-f]{12}, the job is bound to [0-9a-f]{12}; it is kept out");
        other.Signal("KILL");

        var lonely = await cluster.SaysAsync("small", "no worker has asked for work for 30 s");
        Assert.Equal(("running", 0), (lonely.GetProperty("status").GetString(), lonely.GetProperty("workers").GetInt32()));

        cluster.StartSilo();
        Assert.Equal(0, (await cluster.AtelierAsync("watch", "small")).ExitCode);
        await SmallJob.AssertSameBytesAsync(Path.Combine(folder["store"], "small"));
    }
}
