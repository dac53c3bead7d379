using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Atelier.Infra.Tests.Containers;

/// <summary>The script by which containers ask their program whether it is ready, against servers that answer in every way.</summary>
public sealed class HealthcheckTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nHealthy", true)]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("HTTP/1.1 404 Not Found\r\nX: 200\r\n\r\n", false)]
    [InlineData("", false)]
    public async Task ProgramIsHealthy_WhenItSaysThatItIsReady(string answer, bool healthy)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, answer);
        Assert.Equal(healthy, await IsHealthyAsync(((IPEndPoint)listener.LocalEndpoint).Port));
        Assert.StartsWith("GET /health/ready HTTP/1.0\r\n", await serving, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProgramThatDoesNotListen_IsNotHealthy()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Assert.False(await IsHealthyAsync(port));
    }

    [Fact]
    public async Task ProgramThatDoesNotAnswer_IsNotHealthy()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.False(await IsHealthyAsync(((IPEndPoint)listener.LocalEndpoint).Port));
    }

    private static async Task<bool> IsHealthyAsync(int port) => (await Tool.DebianAsync("bash", "bash", Checkout.Infra("containers", "healthcheck"), $"{port}")).ExitCode == 0;

    private static async Task<string> ServeAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        var asked = new byte[1024];
        var length = await stream.ReadAsync(asked, TestContext.Current.CancellationToken);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(asked, 0, length);
    }
}
