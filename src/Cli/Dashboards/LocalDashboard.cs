using System.CommandLine;
using System.Globalization;
using Atelier.Abstractions;
using Atelier.Dashboard;
using Atelier.Dashboard.Models;
using Atelier.Dataset.Stores;
using Atelier.Diffusion.Models;

namespace Atelier.Cli.Dashboards;

/// <summary>A dashboard inside a command, on loopback.</summary>
internal static class LocalDashboard
{
    /// <summary>The option that says where it listens.</summary>
    public static Option<int?> PortOption() => Options.OptionalNumber(
        "--dashboard-port", 0, 65535, string.Create(CultureInfo.InvariantCulture, $"Port of the dashboard on loopback, 0 for any. [default: {DashboardOptions.DefaultPort}, or any where that is taken]"));

    /// <summary>Starts a dashboard; it does not wait for the cluster.</summary>
    /// <param name="store">Where jobs live.</param>
    /// <param name="connect">Connects to the cluster; null where there is none.</param>
    /// <param name="port">The port that the user asked for; null where he did not.</param>
    /// <param name="models">Models that jobs may name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidInputException">The port that was asked for cannot be used.</exception>
    public static async Task<DashboardHost> StartAsync(
        IStore store, Func<CancellationToken, Task<IGrainFactory>>? connect, int? port, IReadOnlyList<KnownModel> models, CancellationToken cancellationToken)
    {
        var options = new DashboardOptions { Store = store, Connect = connect, Models = models };
        try
        {
            return await DashboardHost.StartAsync(options with { Port = port ?? DashboardOptions.DefaultPort }, cancellationToken);
        }
        catch (IOException) when (port is null)
        {
            return await DashboardHost.StartAsync(options with { Port = 0 }, cancellationToken);
        }
        catch (IOException taken)
        {
            throw new InvalidInputException($"--dashboard-port {port} cannot be used: {taken.Message}", taken);
        }
    }

    /// <summary>The models of a folder of model folders; those that cannot be opened are left out, since workers say why.</summary>
    /// <param name="folder">The folder.</param>
    public static IReadOnlyList<KnownModel> ModelsIn(string folder)
    {
        var models = new List<KnownModel>();
        if (!Directory.Exists(folder)) return models;
        foreach (var path in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            try
            {
                models.Add(Of(ModelFolder.Open(path)));
            }
            catch (Exception unusable) when (unusable is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // What jobs would be refused for is not offered.
            }
        }
        return models;
    }

    /// <summary>What a dashboard tells of a model.</summary>
    /// <param name="model">Its folder.</param>
    public static KnownModel Of(ModelFolder model) => new(Path.GetFileName(model.Path), model.Digest)
    {
        Folder = model.Path,
        Kind = model.About.Family,
        ImageSize = model.About.ImageSize,
        UpsampledSize = model.About.UpsampledSize,
        Timesteps = model.About.Timesteps,
    };
}
