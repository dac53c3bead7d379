using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Atelier.AppHost;

/// <summary>What the host is told, as the section <c>Atelier</c> of its configuration: <c>dotnet run --project src/AppHost -- --Atelier:Silos=3</c>.</summary>
internal sealed record AppSettings
{
    private const string Section = "Atelier";

    /// <summary>The checkout.</summary>
    public required string Root { get; init; }

    /// <summary>Silos to start, 1 to 64.</summary>
    public int Silos { get; init; } = 2;

    /// <summary>Workers of each silo where it draws on the CPU, 0 to 256.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>What silos draw on: <c>auto</c>, <c>cpu</c>, or CUDA devices such as <c>cuda:0,cuda:1</c>.</summary>
    public string Devices { get; init; } = "auto";

    /// <summary>A folder for the jobs; not used with containers.</summary>
    public required string Store { get; init; }

    /// <summary>Folder of the model folders.</summary>
    public required string Models { get; init; }

    /// <summary>Whether Redis and Azurite run in containers, which takes Docker or Podman, and not processes of this project and a folder.</summary>
    public bool Containers { get; init; }

    /// <exception cref="FormatException">A setting cannot be used; the message names it and what is allowed.</exception>
    public static AppSettings Read(IConfiguration configuration, string appHostFolder)
    {
        var root = Path.GetFullPath(Path.Combine(appHostFolder, "..", ".."));
        return new AppSettings
        {
            Root = root,
            Silos = Number(configuration, nameof(Silos), 2, 1, 64),
            Workers = Number(configuration, nameof(Workers), 1, 0, 256),
            Devices = configuration[$"{Section}:{nameof(Devices)}"] ?? "auto",
            Store = Path.GetFullPath(configuration[$"{Section}:{nameof(Store)}"] ?? Path.Combine(root, "out", "aspire")),
            Models = Path.GetFullPath(configuration[$"{Section}:{nameof(Models)}"] ?? Path.Combine(root, "models")),
            Containers = bool.TryParse(configuration[$"{Section}:{nameof(Containers)}"], out var containers) && containers,
        };
    }

    private static int Number(IConfiguration configuration, string name, int normal, int least, int most)
    {
        var text = configuration[$"{Section}:{name}"];
        if (string.IsNullOrEmpty(text)) return normal;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{Section}:{name} is '{text}'; allowed: {least} to {most}");
    }
}
