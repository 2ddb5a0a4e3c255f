namespace Pipeline.Embedded.Cli.Doctor;

/// <summary>The native libraries, and what the processor has for them.</summary>
internal static class LibraryChecks
{
    private const string Area = "libraries";

    public static IEnumerable<Finding> Look(Patient patient)
    {
        foreach (var library in patient.Machine.Libraries)
            yield return Look(library);
        var bits = patient.Machine.VectorBits;
        yield return bits >= 256
            ? Finding.Ok(Area, "vectors", $"{bits} bits")
            : Finding.Warning(Area, "vectors", $"{bits} bits: gene search and simulations take twice as long or more", "Run on a processor with AVX2 (any x64 of the last ten years), outside of an emulator.");
    }

    private static Finding Look(NativeLibraryCheck library)
    {
        try
        {
            return Finding.Ok(Area, library.Name, library.Use());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var reason = (e is TypeInitializationException { InnerException: { } inner } ? inner : e).Message.ReplaceLineEndings(" ");
            return new Finding(Area, library.Name, library.Level, $"{library.Needed} will not work: {reason}",
                "Build again (dotnet build functions/Pipeline.Embedded), for one of linux-x64, win-x64, win-arm64, osx-arm64.");
        }
    }
}
