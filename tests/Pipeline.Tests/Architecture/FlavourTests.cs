using System.Diagnostics;
using System.Text.Json;

namespace Pipeline.Tests.Architecture;

/// <summary>One project, two flavours: official when it is built itself, embedded when something else builds it.</summary>
public class FlavourTests
{
    private static readonly string[] OfficialPackages =
    [
        "Microsoft.Azure.Functions.Worker",
        "Microsoft.Azure.Functions.Worker.Extensions.DurableTask",
        "Microsoft.Azure.Functions.Worker.Extensions.DurableTask.AzureManaged",
        "Microsoft.Azure.Functions.Worker.Extensions.EventHubs",
        "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore",
        "Microsoft.Azure.Functions.Worker.Extensions.Storage.Blobs",
        "Microsoft.Azure.Functions.Worker.Extensions.Timer",
        "Microsoft.Azure.Functions.Worker.Sdk",
    ];

    [Fact]
    public async Task FunctionsProject_BuiltByItself_IsTheOfficialWorker()
    {
        var project = await EvaluateAsync();

        Assert.Equal("azure", project.Flavour);
        Assert.Equal("Exe", project.OutputType);
        Assert.Equal(OfficialPackages, project.Packages.Where(IsOfficial).Order(StringComparer.Ordinal));
        Assert.Contains("Program.cs", project.Sources);
        Assert.DoesNotContain(project.References, reference => reference.Contains("Pipeline.Embedded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FunctionsProject_BuiltBySomethingElse_IsALibraryOnTheEmbeddedSdk()
    {
        // MSBuild reads the response file beside the project that it was asked for, and no other; this leaves it out likewise.
        var project = await EvaluateAsync("-noAutoResponse");

        Assert.Equal("embedded", project.Flavour);
        Assert.Equal("Library", project.OutputType);
        Assert.DoesNotContain(project.Packages, IsOfficial);
        Assert.DoesNotContain("Program.cs", project.Sources);
        Assert.Contains(project.References, reference => reference.EndsWith("Pipeline.Embedded.Sdk.csproj", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FunctionsProject_EitherFlavour_HasTheSameSourcesButForItsStart()
    {
        var (azure, embedded) = (await EvaluateAsync(), await EvaluateAsync("-noAutoResponse"));

        Assert.Equal(azure.Sources.Order(StringComparer.Ordinal), embedded.Sources.Append("Program.cs").Order(StringComparer.Ordinal));
        Assert.Equal(azure.Packages.Where(package => !IsOfficial(package)).Order(StringComparer.Ordinal), embedded.Packages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task FunctionsProject_PublishedForAzure_BringsThePyTorchOfLinux()
    {
        var project = await EvaluateAsync("-p:_IsPublishing=true");

        Assert.Equal(["libtorch-cpu-linux-x64"], project.Packages.Where(package => package.StartsWith("libtorch-", StringComparison.Ordinal)));
    }

    private static bool IsOfficial(string package) => package.StartsWith("Microsoft.Azure.Functions.", StringComparison.Ordinal);

    private static async Task<Evaluation> EvaluateAsync(params string[] options)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Path.Combine(Repository.Root, "functions", "Pipeline.Functions"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "msbuild", "Pipeline.Functions.csproj", "-nodeReuse:false",
                "-getProperty:FunctionsSdk", "-getProperty:OutputType", "-getItem:PackageReference", "-getItem:ProjectReference", "-getItem:Compile",
            },
        };
        foreach (var option in options)
        {
            start.ArgumentList.Add(option);
        }

        // `dotnet test` hands its own MSBuild's settings down; the evaluation is to be that of a fresh shell.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"dotnet msbuild ended with {process.ExitCode}: {output}{await errors}");

        using var json = JsonDocument.Parse(output);
        var properties = json.RootElement.GetProperty("Properties");
        var items = json.RootElement.GetProperty("Items");
        return new Evaluation(
            properties.GetProperty("FunctionsSdk").GetString()!,
            properties.GetProperty("OutputType").GetString()!,
            Identities(items, "PackageReference"),
            Identities(items, "ProjectReference"),
            Identities(items, "Compile"));
    }

    private static string[] Identities(JsonElement items, string kind) =>
        [.. items.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("Identity").GetString()!)];

    private sealed record Evaluation(string Flavour, string OutputType, string[] Packages, string[] References, string[] Sources);
}
