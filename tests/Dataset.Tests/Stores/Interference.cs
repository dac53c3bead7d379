using System.Security.Cryptography.X509Certificates;
using Atelier.Dataset.Stores.Blobs;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace Atelier.Dataset.Tests.Stores;

/// <summary>Stands between a store and the service: sees every request, and decides what becomes of it.</summary>
/// <param name="decide">Given a request and what sends it, gives the reply or throws.</param>
/// <param name="server">The only certificate to trust, where none that the machine trusts is expected.</param>
internal sealed class Interference(
    Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> decide, X509Certificate2? server = null)
    : DelegatingHandler(Connections(server))
{
    /// <summary>Only passes requests on.</summary>
    public Interference()
        : this((_, send) => send())
    {
    }

    /// <summary>The options of a store at work, but for shorter pauses.</summary>
    public BlobClientOptions Options(int retries = 8)
    {
        var options = BlobLimits.Patient();
        options.Retry.MaxRetries = retries;
        options.Retry.Delay = TimeSpan.FromMilliseconds(10);
        options.Transport = new HttpClientTransport(new HttpClient(this) { Timeout = Timeout.InfiniteTimeSpan });
        return options;
    }

    /// <summary>Passes on the first request that makes a blob, and loses its reply.</summary>
    public static Interference LosingTheReplyOfACommit()
    {
        var lost = 0;
        return new(async (request, send) =>
        {
            var reply = await send();
            if (!MakesABlob(request) || Interlocked.Exchange(ref lost, 1) == 1)
                return reply;
            reply.Dispose();
            throw new HttpRequestException("the connection was reset");
        });
    }

    public static bool MakesABlob(HttpRequestMessage request) => request.Method == HttpMethod.Put && request.Headers.IfNoneMatch.Count > 0;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        decide(request, () => base.SendAsync(request, cancellationToken));

    private static SocketsHttpHandler Connections(X509Certificate2? server)
    {
        var handler = new SocketsHttpHandler();
        if (server is not null)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == server.GetCertHashString();
        return handler;
    }
}
