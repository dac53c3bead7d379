namespace Atelier.Infra.Tests.Slurm;

/// <summary>The same script in a real Slurm of this machine alone, with pretended GPUs. As root, and where it is asked for: it starts three daemons.</summary>
public sealed class OneNodeTests
{
    private const string Switch = "ATELIER_TEST_SLURM";

    [Fact]
    public async Task RealSlurm_GivesEachSiloAGpu_AndDrainsThemWhenItTakesTheAllocationAway()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Switch) == "1", $"starts a Slurm: set {Switch}=1, as root, after apt-get install --no-install-recommends slurm-wlm munge");
        var folder = Directory.CreateTempSubdirectory("atelier-one-node-");
        try
        {
            string[] command =
            [
                "bash", "-c", "PATH=$0:$PATH SLURM_CPUS_PER_TASK=1 ATELIER_PORT=24100 exec \"$@\"", Checkout.Tests("Slurm", "Stubs", "Programs"),
                Checkout.Tests("Slurm", "one-node.sh"), folder.FullName, Checkout.Tests("Slurm", "scenario.sh"), Checkout.Infra("slurm", "atelier.sbatch"), folder.FullName,
            ];
            var said = (await Tool.RunAsync(command[0], "apt-get install bash", command[1..], input: null)).Succeeded().Output;
            Assert.Contains("command submit prompts.txt", said, StringComparison.Ordinal);
            Assert.Contains("sbatch 3", said, StringComparison.Ordinal);
            var taken = said[said.IndexOf("== taken away", StringComparison.Ordinal)..];
            Assert.Contains("gpu=0 ", taken, StringComparison.Ordinal);
            Assert.Contains("gpu=1 ", taken, StringComparison.Ordinal);
            Assert.Equal(4, said.Split("drained ").Length - 1);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
