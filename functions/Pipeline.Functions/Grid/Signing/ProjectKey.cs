using System.Security.Cryptography;

namespace Pipeline.Grid.Signing;

/// <summary>A project's key pair: signs its work.</summary>
public sealed class ProjectKey : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ECDsa _key;

    private ProjectKey(ECDsa key)
    {
        _key = key;
        Public = ProjectPublicKey.Parse(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>What volunteers check signatures with.</summary>
    public ProjectPublicKey Public { get; }

    /// <summary>Makes a key.</summary>
    public static ProjectKey Create() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads a private key.</summary>
    /// <param name="text">PEM (its line breaks may be written as <c>\n</c>, as settings often must), or PKCS #8 in base64.</param>
    /// <exception cref="InvalidDataException">It is no private key on the curve P-256.</exception>
    public static ProjectKey Parse(string text)
    {
        var key = ECDsa.Create();
        try
        {
            if (text.Contains("-----BEGIN", StringComparison.Ordinal))
                key.ImportFromPem(text.Replace("\\n", "\n", StringComparison.Ordinal));
            else
                key.ImportPkcs8PrivateKey(Convert.FromBase64String(text.Trim()), out _);
            // Throws where the private half is missing.
            _ = key.ExportParameters(includePrivateParameters: true);
            return new ProjectKey(key);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or CryptographicException or InvalidDataException)
        {
            key.Dispose();
            throw new InvalidDataException("It is not a private key for ECDSA on the curve P-256. Make one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", e);
        }
    }

    /// <summary>The private key in PEM.</summary>
    public string ToPem() => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>Signs.</summary>
    /// <param name="content">What to sign; see <see cref="SignedContent"/>.</param>
    /// <returns>The signature in base64.</returns>
    public string Sign(ReadOnlySpan<byte> content)
    {
        lock (_gate)
            return Convert.ToBase64String(_key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
        Public.Dispose();
    }
}
