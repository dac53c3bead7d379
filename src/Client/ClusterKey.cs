using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Atelier.Abstractions;
using Atelier.Input;
using Orleans.Connections.Security;

namespace Atelier.Client;

/// <summary>
/// What the members of a cluster know each other by: a certificate and its private key, the same for all silos and clients. Connections are mutual TLS;
/// whoever cannot show that he holds the key gets no answer to anything.
/// </summary>
public sealed class ClusterKey : IDisposable
{
    // A certificate and a key of any size that makes sense.
    private const int MaxBytes = 64 * 1024;

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

    /// <summary>Reads a key from a file.</summary>
    /// <param name="path">A PEM file (RFC 7468) with a certificate and its private key, without a password.</param>
    /// <param name="setting">What the path was given as, for messages: the name of a setting or an option.</param>
    /// <exception cref="InvalidInputException">There is no such file, or it holds no key; names the setting and the file.</exception>
    public static ClusterKey Read(string path, string setting = "the key of the cluster")
    {
        try
        {
            var pem = Encoding.ASCII.GetString(RegularFile.ReadAllBytes(path, MaxBytes));
            return new ClusterKey(X509Certificate2.CreateFromPem(pem, pem));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or InvalidDataException or CryptographicException or ArgumentException)
        {
            throw new InvalidInputException(
                $"{setting} is '{PrintableText.Of(path)}', which cannot be used: {PrintableText.Of(unusable.Message, 300)}; allowed: a PEM file with a certificate and its private key", unusable);
        }
    }

    /// <summary>Certificate and private key as PEM, which <see cref="Read"/> reads.</summary>
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
