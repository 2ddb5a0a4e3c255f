namespace Pipeline.Tests.Architecture;

/// <summary>Habits that can be seen in the text of the sources.</summary>
public class SourceTests
{
    private static readonly string[] Texts =
        [".cs", ".csproj", ".props", ".targets", ".rsp", ".sln", ".json", ".md", ".yml", ".yaml", ".bicep", ".sh", ".sql", ".txt", ".js", ".css", ".html", ".npmrc", ".config", ".editorconfig", ".gitignore", ""];

    // A path put together here, so that this very file does not name it.
    private static readonly string SomeonesFolder = string.Join('/', "", "home", "someone");

    [Fact]
    public void SourceFile_Length_FitsInAHead() => AssertNone(Repository.Files(".cs"), SourceRules.Length);

    [Fact]
    public void SourceFile_PublicTypes_AreOne() => AssertNone(Repository.Files(".cs"), SourceRules.PublicTypes);

    [Fact]
    public void AnyFile_MachinePaths_AreAbsent() => AssertNone(Repository.Files(Texts), SourceRules.MachinePaths);

    [Fact]
    public void LockFile_RegistryHosts_AreAbsent() => AssertNone(Repository.Files(Texts), SourceRules.RegistryHosts);

    [Fact]
    public void Repository_Files_AreFoundWithoutBuildOutput()
    {
        var files = Repository.Files(".cs").ToArray();

        Assert.Contains("tests/Pipeline.Tests/Architecture/SourceTests.cs", files);
        Assert.Contains("functions/Pipeline.Functions/PipelineApp.cs", files);
        Assert.DoesNotContain(files, file => file.Contains("/obj/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SourceRules.LongestFile, 0)]
    [InlineData(SourceRules.LongestFile + 1, 1)]
    public void Length_OneLineOverTheLimit_IsAFault(int lines, int faults) =>
        Assert.Equal(faults, SourceRules.Length("A.cs", string.Concat(Enumerable.Repeat("// line\n", lines))).Count());

    [Theory]
    [InlineData("public sealed record A;\n    public class Nested;\ninternal class B;\n", 0)]
    [InlineData("public class A;\npublic class A<T>;\npublic static partial class A;\n", 0)]
    [InlineData("public class A;\npublic readonly record struct B;\n", 1)]
    [InlineData("public interface IA;\npublic delegate Task<int> B(int value);\n", 1)]
    [InlineData("public enum A { }\npublic abstract class B;\n", 1)]
    public void PublicTypes_ASecondName_IsAFault(string text, int faults) =>
        Assert.Equal(faults, SourceRules.PublicTypes("A.cs", text).Count());

    [Fact]
    public void MachinePaths_AFolderOfAPerson_IsAFaultWithItsLine()
    {
        var text = $"first\nvar root = \"{SomeonesFolder}/data\";\nvar route = \"api{SomeonesFolder}\";\n";

        Assert.Equal($"A.cs:2 names {SomeonesFolder}, a folder of one machine.", Assert.Single(SourceRules.MachinePaths("A.cs", text)));
    }

    [Fact]
    public void RegistryHosts_ALockFileWithAddresses_IsAFault()
    {
        Assert.Single(SourceRules.RegistryHosts("web/package-lock.json", """{"resolved": "https://registry.example/a.tgz"}"""));
        Assert.Empty(SourceRules.RegistryHosts("web/package-lock.json", """{"integrity": "sha512-abc"}"""));
        Assert.Empty(SourceRules.RegistryHosts("README.md", "https://learn.example/"));
    }

    private static void AssertNone(IEnumerable<string> files, Func<string, string, IEnumerable<string>> rule)
    {
        var faults = files.SelectMany(file => rule(file, Repository.Read(file))).ToArray();

        Assert.True(faults.Length == 0, string.Join("\n", faults));
    }
}
