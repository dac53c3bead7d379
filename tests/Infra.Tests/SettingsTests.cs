namespace Atelier.Infra.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Programs_KnowSettings()
    {
        Assert.Subset(Settings.OfSilos, new HashSet<string> { "Store", "Workers", "Devices", "AllowInsecureNetwork", "MetricsPort", "MetricsAddress" });
        Assert.Subset(Settings.OfDashboards, new HashSet<string> { "Store", "Address", "Hosts", "RequireSignIn" });
        Assert.DoesNotContain("Section", Settings.OfSilos);
    }

    [Fact]
    public void EverySettingInInfra_IsKnownToAProgram()
    {
        var used = Directory.GetFiles(Checkout.Infra(), "*", SearchOption.AllDirectories).SelectMany(path => Settings.VariablesIn(File.ReadAllText(path)).Select(name => (Path.GetRelativePath(Checkout.Root, path), name))).ToList();
        Assert.NotEmpty(used);
        Assert.DoesNotContain(used, pair => !Settings.OfSilos.Contains(Settings.NameOf(pair.name)) && !Settings.OfDashboards.Contains(Settings.NameOf(pair.name)));
    }
}
