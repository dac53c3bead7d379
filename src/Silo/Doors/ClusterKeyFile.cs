using System.Security.Cryptography;
using System.Text;
using Atelier.Abstractions;
using Atelier.Abstractions.Doors;
using Atelier.Input;

namespace Atelier.Silo.Doors;

/// <summary>The file in which a <see cref="ClusterKey"/> is kept.</summary>
public static class ClusterKeyFile
{
    // A certificate and a key of any size that makes sense.
    private const int MaxBytes = 64 * 1024;

    /// <summary>Reads a key from a file.</summary>
    /// <param name="path">A PEM file (RFC 7468) with a certificate and its private key, without a password.</param>
    /// <param name="setting">What the path was given as, for messages.</param>
    /// <exception cref="InvalidInputException">There is no such file, or it holds no key; names the setting and the file.</exception>
    public static ClusterKey Read(string path, string setting)
    {
        try
        {
            return ClusterKey.FromPem(Encoding.ASCII.GetString(RegularFile.ReadAllBytes(path, MaxBytes)));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or InvalidDataException or CryptographicException or ArgumentException)
        {
            throw new InvalidInputException(
                $"{setting} is '{PrintableText.Of(path)}', which cannot be used: {PrintableText.Of(unusable.Message, 300)}; allowed: a PEM file with a certificate and its private key", unusable);
        }
    }
}
