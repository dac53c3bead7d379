using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Atelier.Dataset.Access;

/// <summary>What the bearer of a key shows: <c>atl_{id}_{secret}</c>, with an id of 12 hexadecimal digits and 32 random bytes in base64url.</summary>
/// <param name="Id">Id of the key.</param>
/// <param name="Secret">The random bytes.</param>
public sealed record AccessToken(string Id, ReadOnlyMemory<byte> Secret)
{
    private const string Prefix = "atl_";
    private const int IdLength = 12;
    private const int SecretBytes = 32;
    private const int SecretLength = 43;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>A token that nobody can guess, with a new id.</summary>
    public static AccessToken Make() => new(RandomNumberGenerator.GetHexString(IdLength, lowercase: true), RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Reads a token; null where the text is none.</summary>
    /// <param name="text">Any text.</param>
    public static AccessToken? TryParse(string? text)
    {
        if (text is null || text.Length != Prefix.Length + IdLength + 1 + SecretLength || !text.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var (id, rest) = (text[Prefix.Length..(Prefix.Length + IdLength)], text[(Prefix.Length + IdLength)..]);
        if (!IsId(id) || rest[0] != '_') return null;
        var secret = new byte[SecretBytes];
        // Strictly: one key has one spelling.
        return Base64Url.IsValid(rest.AsSpan(1)) && Base64Url.TryDecodeFromChars(rest.AsSpan(1), secret, out var length) && length == SecretBytes && Base64Url.EncodeToString(secret) == rest[1..]
            ? new AccessToken(id, secret)
            : null;
    }

    /// <summary>Whether a text is the id of a key.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsId(string text) => text is { Length: IdLength } && text.AsSpan().IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>Lower-case hex SHA-256 of the secret.</summary>
    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(Secret.Span));

    /// <summary>Whether this opens a key; takes as long whatever it is compared with.</summary>
    /// <param name="key">The key.</param>
    public bool Opens(AccessKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
        return key.Id == Id && Convert.FromHexString(key.Sha256, expected, out _, out var length) == OperationStatus.Done && length == expected.Length
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Secret.Span), expected);
    }

    /// <summary>The token in full, which is shown once.</summary>
    public string Reveal() => $"{Prefix}{Id}_{Base64Url.EncodeToString(Secret.Span)}";

    /// <summary>The token without its secret, so that no log has it.</summary>
    public override string ToString() => $"{Prefix}{Id}_...";
}
