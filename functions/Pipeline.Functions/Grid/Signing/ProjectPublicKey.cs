using System.Security.Cryptography;
using Pipeline.Grid.Wire;

namespace Pipeline.Grid.Signing;

/// <summary>The public half of a project's key: checks what the project signed.</summary>
public sealed class ProjectPublicKey : IDisposable
{
    /// <summary>What the signatures are.</summary>
    public const string Algorithm = "ECDSA-P256-SHA256";

    private const string NistP256 = "1.2.840.10045.3.1.7";

    private readonly Lock _gate = new();
    private readonly ECDsa _key;

    private ProjectPublicKey(ECDsa key, byte[] bytes)
    {
        _key = key;
        Bytes = Convert.ToBase64String(bytes);
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>The key: SubjectPublicKeyInfo in base64.</summary>
    public string Bytes { get; }

    /// <summary>SHA-256 of the key's bytes, in lower-case hexadecimal.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads a key.</summary>
    /// <param name="text">SubjectPublicKeyInfo in base64.</param>
    /// <exception cref="InvalidDataException">It is no public key on the curve P-256.</exception>
    public static ProjectPublicKey Parse(string text)
    {
        var key = ECDsa.Create();
        try
        {
            // A key on this curve has 91 bytes; nothing longer is worth decoding.
            if (text.Length > 400)
                throw new InvalidDataException("The project's public key is longer than any key is.");
            var bytes = Convert.FromBase64String(text);
            key.ImportSubjectPublicKeyInfo(bytes, out var read);
            if (read != bytes.Length || key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != NistP256)
                throw new InvalidDataException("The project's public key is not one on the curve P-256.");
            return new ProjectPublicKey(key, bytes);
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidDataException("The project's public key cannot be read: it must be SubjectPublicKeyInfo in base64.", e);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Whether the project signed this.</summary>
    /// <param name="content">What was signed; see <see cref="SignedContent"/>.</param>
    /// <param name="signature">The signature in base64.</param>
    public bool Verify(ReadOnlySpan<byte> content, string? signature)
    {
        Span<byte> bytes = stackalloc byte[64];
        if (signature is not { Length: 88 } || !Convert.TryFromBase64String(signature, bytes, out var length) || length != bytes.Length)
            return false;
        lock (_gate)
            return _key.VerifyData(content, bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>As the app tells it.</summary>
    public ProjectKeyAnswer ToAnswer() => new(Algorithm, Bytes, Fingerprint);

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
