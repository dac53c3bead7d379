using Atelier.Abstractions;
using Atelier.Abstractions.Doors;
using Atelier.Silo.Doors;
using Atelier.Silo.Hosting;

namespace Atelier.Silo.Tests.Doors;

public sealed class ClusterKeyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_WhatToPemWrote_IsTheSameKey()
    {
        using var key = ClusterKey.Create();
        var path = Path.Combine(_folder.Path, "key.pem");
        File.WriteAllText(path, key.ToPem());

        using var read = ClusterKeyFile.Read(path, "Atelier:ClusterKey");

        Assert.Equal(key.ToPem(), read.ToPem());
    }

    [Fact]
    public void Create_Twice_IsTwoKeys()
    {
        using var one = ClusterKey.Create();
        using var other = ClusterKey.Create();
        Assert.NotEqual(one.ToPem(), other.ToPem());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void Read_NoKey_IsRefusedWithSettingAndFile(string content)
    {
        var path = Path.Combine(_folder.Path, "key.pem");
        File.WriteAllText(path, content);

        var message = Assert.Throws<InvalidInputException>(() => ClusterKeyFile.Read(path, "Atelier:ClusterKey")).Message;

        Assert.StartsWith($"Atelier:ClusterKey is '{path}', which cannot be used: ", message, StringComparison.Ordinal);
        Assert.EndsWith("allowed: a PEM file with a certificate and its private key", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoFile_IsRefused() =>
        Assert.Throws<InvalidInputException>(() => ClusterKeyFile.Read(Path.Combine(_folder.Path, "none.pem"), "Atelier:ClusterKey"));

    [Fact]
    public void Parse_AUrlWithAPassword_IsRefusedWithoutIt()
    {
        var message = Assert.Throws<InvalidInputException>(() => RedisConnection.Parse("redis://:WrongPass7@127.0.0.1:17400", "--cluster")).Message;
        Assert.Equal("--cluster is a URL; allowed: host:port, then options of a Redis such as ,password=...", message);
    }

    [Theory]
    [InlineData(64, 32)]
    [InlineData(1024, 256)]
    [InlineData(1_000_000, 4096)]
    [InlineData(long.MaxValue, 4096)]
    public void ConnectionLimit_OfDescriptors_LeavesTheSiloMostOfThem(long descriptors, int connections) => Assert.Equal(connections, ConnectionLimit.For(descriptors));
}
