using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace Atelier.Abstractions.Doors;

/// <summary>
/// What the members of a cluster know each other by: a certificate and its private key, the same for all silos and clients. Connections are mutual TLS;
/// whoever cannot show that he holds the key gets no answer to anything.
/// </summary>
public sealed class ClusterKey : IDisposable
{
    // Nobody asks when it was made or by whom; it is compared, not trusted.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(36_500);

    // What is connected but says nothing is let go after this.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    private readonly X509Certificate2 _certificate;

    private ClusterKey(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>Makes a key that nobody else has.</summary>
    public static ClusterKey Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=atelier", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        return new ClusterKey(request.CreateSelfSigned(now - TimeSpan.FromDays(1), now + Lifetime));
    }

    /// <summary>Reads a key.</summary>
    /// <param name="pem">A certificate and its private key (RFC 7468), without a password.</param>
    /// <exception cref="CryptographicException">There is none in it, or they do not belong together.</exception>
    /// <exception cref="ArgumentException">The key is not of the certificate's kind.</exception>
    public static ClusterKey FromPem(string pem) => new(X509Certificate2.CreateFromPem(pem, pem));

    /// <summary>Certificate and private key as PEM, which <see cref="FromPem"/> reads.</summary>
    public string ToPem()
    {
        using var key = _certificate.GetECDsaPrivateKey() ?? throw new InvalidOperationException("only a key that was made here is written");
        return $"{_certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    /// <summary>Makes a silo show the key, and talk to nobody who does not.</summary>
    /// <param name="silo">The silo.</param>
    public void Guard(ISiloBuilder silo) => silo.UseTls(_certificate, Guard);

    /// <summary>Makes a client show the key, and talk to no silo that does not.</summary>
    /// <param name="client">The client.</param>
    public void Guard(IClientBuilder client) => client.UseTls(_certificate, Guard);

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    private void Guard(TlsOptions options)
    {
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.RemoteCertificateValidation = (certificate, _, _) => certificate.RawDataMemory.Span.SequenceEqual(_certificate.RawDataMemory.Span);
        options.HandshakeTimeout = HandshakeTimeout;
        options.OnAuthenticateAsClient = (_, authentication) => authentication.TargetHost = _certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
    }
}
