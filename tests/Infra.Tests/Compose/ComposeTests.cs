using System.Text.Json.Nodes;
using YamlDotNet.Serialization;

namespace Atelier.Infra.Tests.Compose;

public sealed class ComposeTests
{
    private static readonly string ComposeFile = Checkout.Infra("compose", "compose.yaml");
    private static readonly JsonNode Services = Read()["services"]!;

    public static TheoryData<string> Names => new(Services.AsObject().Select(service => service.Key));

    [Fact]
    public async Task ComposeFile_PassesItsLinter() =>
        (await Tool.NodeAsync("node_modules/dclint/bin/dclint.cjs", null, "--config", Checkout.Infra("compose", ".dclintrc.yaml"), "--max-warnings", "0", ComposeFile)).Succeeded();

    [Theory]
    [MemberData(nameof(Names))]
    public void Service_CanWriteToItsVolumesOnly_AndStartsAgain(string name)
    {
        var service = Services[name]!;
        Assert.True(service["read_only"]!.GetValue<string>() == "true");
        Assert.Equal("ALL", Assert.Single(service["cap_drop"]!.AsArray())!.GetValue<string>());
        Assert.Equal("no-new-privileges:true", Assert.Single(service["security_opt"]!.AsArray())!.GetValue<string>());
        Assert.NotEmpty(service["tmpfs"]!.AsArray());
        Assert.Equal("unless-stopped", service["restart"]!.GetValue<string>());
    }

    [Fact]
    public void Ports_ArePublishedOnLoopbackOnly()
    {
        var ports = Services.AsObject().SelectMany(service => service.Value!["ports"]?.AsArray().Select(port => port!.GetValue<string>()) ?? []).ToList();
        Assert.Equal(["127.0.0.1:7380:7380"], ports);
    }

    [Fact]
    public void Programs_TakeThePasswordFromTheEnvironment_AndSettingsThatTheyKnow()
    {
        foreach (var (name, known) in new[] { ("silo", Settings.OfSilos), ("dashboard", Settings.OfDashboards) })
        {
            var environment = Services[name]!["environment"]!.AsObject();
            Assert.Equal("redis:6379,password=${REDIS_PASSWORD}", environment["ConnectionStrings__redis"]!.GetValue<string>());
            Assert.DoesNotContain(environment, variable => variable.Key.StartsWith("Atelier__", StringComparison.Ordinal) && !known.Contains(Settings.NameOf(variable.Key)));
            Assert.DoesNotContain(environment, variable => variable.Key.StartsWith("Orleans__", StringComparison.Ordinal) && !Settings.OfOrleans.Contains(variable.Key));
        }
    }

    [Fact]
    public void Silo_AdvertisesTheAddressThatItHas_AndHasTheTimeToDrain()
    {
        var silo = Services["silo"]!;
        Assert.Equal(silo["networks"]!["cluster"]!["ipv4_address"]!.GetValue<string>(), silo["environment"]!["Orleans__Endpoints__AdvertisedIPAddress"]!.GetValue<string>());
        Assert.Equal("75s", silo["stop_grace_period"]!.GetValue<string>());
        Assert.Equal("gpu", silo["deploy"]!["resources"]!["reservations"]!["devices"]![0]!["capabilities"]![0]!.GetValue<string>());
    }

    [Theory]
    [InlineData("silo")]
    [InlineData("dashboard")]
    public void Images_AreBuiltFromFilesThatAreThere(string name)
    {
        var build = Services[name]!["build"]!;
        var context = Path.GetFullPath(build["context"]!.GetValue<string>(), Path.GetDirectoryName(ComposeFile)!);
        Assert.Equal(Checkout.Root, context);
        Assert.True(File.Exists(Path.Combine(context, build["dockerfile"]!.GetValue<string>())));
    }

    // Scalars come as text, as YAML has them.
    private static JsonNode Read()
    {
        var content = new DeserializerBuilder().Build().Deserialize<object>(File.ReadAllText(ComposeFile));
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(content))!;
    }
}
