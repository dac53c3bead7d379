namespace Atelier.Silo.Hosting;

/// <summary>What a silo process is told, as the section <c>Atelier</c> of its configuration (in the environment: <c>Atelier__Store</c>).</summary>
public sealed record SiloOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Atelier";

    /// <summary>Where jobs live: a folder or a container of an Azure storage account, the same for all silos of a cluster.</summary>
    /// <value>Default <c>out/jobs</c>.</value>
    public string Store { get; init; } = Path.Combine("out", "jobs");

    /// <summary>Folder of the model folders.</summary>
    /// <value>Default <c>models</c>.</value>
    public string Models { get; init; } = "models";

    /// <summary>Folder for models that are fetched from the store.</summary>
    /// <value>Default one in the user's cache folder.</value>
    public string? ModelCache { get; init; }

    /// <summary>How many models stay in the memory of each device, at least 1; those that are drawn with stay, however many they are.</summary>
    /// <value>Default 2.</value>
    public int ModelsInMemory { get; init; } = 2;

    /// <summary>Workers on the CPU, where that is among the devices, of one thread each; 0 for a silo that only holds grains.</summary>
    /// <value>Default one for each core.</value>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary><c>auto</c>, <c>cpu</c>, or CUDA devices such as <c>cuda:0,cuda:1</c>, of one worker each; auto is all CUDA devices, or the CPU where there is none.</summary>
    /// <value>Default <c>auto</c>.</value>
    public string Devices { get; init; } = "auto";

    /// <summary>What networks compute in: <c>fp32</c>, <c>fp16</c> or <c>bf16</c>.</summary>
    /// <value>Default <c>fp32</c>.</value>
    public string Precision { get; init; } = "fp32";

    /// <summary>
    /// A PEM file with a certificate and its private key, the same for all silos and clients of the cluster: connections are mutual TLS, and whoever has
    /// not the key is not let in. Without one, every account of the machines that reach the ports can steer the cluster.
    /// </summary>
    /// <value>Default none.</value>
    public string? ClusterKey { get; init; }

    /// <summary>
    /// Whether other machines may reach the silo's ports although there is no <see cref="ClusterKey"/>: this is for a private network. In either case
    /// membership must then be kept by a Redis with a password.
    /// </summary>
    /// <value>Default false: without a key everything listens on loopback.</value>
    public bool AllowInsecureNetwork { get; init; }

    /// <summary>Whether the silo collects what the dashboard of Orleans shows.</summary>
    /// <value>Default false.</value>
    public bool OrleansDashboard { get; init; }

    /// <summary>Whether the silo drains and stops when its standard input ends, so that it does not outlive the program that started it.</summary>
    /// <value>Default false.</value>
    public bool StopOnInputEnd { get; init; }
}
