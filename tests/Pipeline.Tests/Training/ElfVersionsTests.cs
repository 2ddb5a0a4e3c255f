using Pipeline.Training;

namespace Pipeline.Tests.Training;

/// <summary>The fix for distributions whose C++ runtime lacks a symbol version that TorchSharp's library names and never uses.</summary>
public class ElfVersionsTests
{
    private const string Missing = "GLIBCXX_3.4.32";

    private static string Library
    {
        get
        {
            Skip.IfNot(OperatingSystem.IsLinux(), "ELF libraries are Linux's.");
            return Directory.EnumerateFiles(AppContext.BaseDirectory, "libLibTorchSharp.so", SearchOption.AllDirectories).First();
        }
    }

    [SkippableFact]
    public void Needs_OfTorchSharp_NameTheVersionAndTheOneSymbolBoundToIt()
    {
        var elf = new ElfVersions(File.ReadAllBytes(Library));

        var need = Assert.Single(elf.Needs(), n => n.Version == Missing);
        Assert.Equal("libstdc++.so.6", need.Library);
        Assert.False(need.IsWeak);
        Assert.Equal(["_ZSt21ios_base_library_initv"], elf.SymbolsOf(need));
    }

    [SkippableFact]
    public void Weaken_OneEntry_ChangesItsFlagAndNothingElse()
    {
        var image = File.ReadAllBytes(Library);
        var elf = new ElfVersions(image);
        var need = elf.Needs().Single(n => n.Version == Missing);

        var patched = elf.Weaken([need]);

        var changed = Enumerable.Range(0, image.Length).Where(i => image[i] != patched[i]).ToList();
        Assert.Equal([(int)need.FlagsAt], changed);
        Assert.True(new ElfVersions(patched).Needs().Single(n => n.Version == Missing).IsWeak);
        Assert.Equal(elf.Needs().Count, new ElfVersions(patched).Needs().Count);
    }

    [SkippableFact]
    public void Patched_TheLoaderMissesOnlyAnUnusedVersion_MakesOneCopyForAll()
    {
        var cache = Directory.CreateTempSubdirectory("pipeline-test-").FullName;
        try
        {
            var first = TorchLibrary.Patched(Library, Refused(Missing), cache);
            var written = File.GetLastWriteTimeUtc(first);
            var second = TorchLibrary.Patched(Library, Refused(Missing), cache);

            Assert.Equal(first, second);
            Assert.Equal(written, File.GetLastWriteTimeUtc(second));
            Assert.StartsWith(cache, first, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(cache, recursive: true);
        }
    }

    [SkippableFact]
    public void Patched_TheLoaderMissesAVersionThatIsUsed_LeavesTheRefusal()
    {
        var refused = Refused("GLIBCXX_3.4.21");

        var thrown = Assert.Throws<DllNotFoundException>(() => TorchLibrary.Patched(Library, refused, Path.GetTempPath()));

        Assert.Same(refused, thrown);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(64)]
    [InlineData(500)]
    public void Read_NoLibrary_IsRefused(int length) =>
        Assert.Throws<InvalidDataException>(() => new ElfVersions(new byte[length]));

    private static DllNotFoundException Refused(string version) =>
        new($"Unable to load shared library: /lib/libstdc++.so.6: version `{version}' not found (required by libLibTorchSharp.so)");
}
