namespace Pipeline.Grid.Wire;

/// <summary>The key that all work of the project is signed with.</summary>
/// <param name="Algorithm">Always <c>ECDSA-P256-SHA256</c>.</param>
/// <param name="PublicKey">The public key: SubjectPublicKeyInfo in base64.</param>
/// <param name="Fingerprint">SHA-256 of its bytes, in lower-case hexadecimal: what <c>--project-key</c> takes.</param>
public sealed record ProjectKeyAnswer(string Algorithm, string PublicKey, string Fingerprint);
