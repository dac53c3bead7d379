using System.Net;
using Atelier.Abstractions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Atelier.Dashboard.Access;

/// <summary>
/// Who needs no key: everybody on this machine, while nobody else can reach a listener, the Host is one of loopback's names, and no proxy says that it stands between;
/// behind one, everybody would seem to be here.
/// </summary>
internal sealed class LocalRule(DashboardOptions options, IServer server, KeyRing ring) : IHostedLifecycleService
{
    private IReadOnlyList<string>? _listeners;

    /// <summary>Whether the rule lets a request in.</summary>
    public bool Admits(HttpRequest request) =>
        !options.RequireSignIn && HostNames.IsLoopback(request.Host) && !request.Headers.Keys.Any(IsForwarding) && Listeners() is { Count: > 0 } all && all.All(IsLoopback);

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => options.RequireSignIn || !IPAddress.IsLoopback(options.Address)
        ? RequireKeyAsync(options.RequireSignIn ? "everybody is to sign in" : $"the dashboard is to listen at {options.Address}, where other machines can reach it", cancellationToken)
        : Task.CompletedTask;

    // The configuration of the server may name further listeners.
    public Task StartedAsync(CancellationToken cancellationToken) => Listeners().FirstOrDefault(one => !IsLoopback(one)) is { } open
        ? RequireKeyAsync($"the dashboard is to listen at {open}, where other machines can reach it", cancellationToken)
        : Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RequireKeyAsync(string why, CancellationToken cancellationToken)
    {
        if (options.OpenIdConnect is not null) return;
        if (!await ring.HasAnyAsync(cancellationToken))
            throw new InvalidInputException($"{why}, and its store has no valid access key, so that nobody could sign in; allowed: to make a key first, or to listen at 127.0.0.1 without sign-in");
    }

    private IReadOnlyList<string> Listeners()
    {
        if (_listeners is { } known) return known;
        var bound = server.Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [];
        if (bound.Length > 0) _listeners = bound;
        return bound;
    }

    private static bool IsForwarding(string header) => header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);

    // What is no IP address, such as * or a socket of this machine, is reached by others as far as anybody knows.
    private static bool IsLoopback(string listener) => BindingAddress.Parse(listener).Host is var host
        && (host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
