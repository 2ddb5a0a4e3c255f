using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Embedded.Cli.Templates;
using Pipeline.Jobs;
using Pipeline.Tests.Architecture;
using Pipeline.Tests.Storage;

namespace Pipeline.Tests.Cli;

/// <summary>The specs that <c>new</c> writes: the samples, with all that the schemas know.</summary>
public sealed partial class NewTests : IDisposable
{
    private static readonly Dictionary<string, string> s_samples = new(StringComparer.Ordinal)
    {
        ["batch"] = "samples/batch/flights-by-month.json",
        ["stream"] = "samples/trading/vwap.json",
        ["training"] = "samples/digits/digits.json",
        ["simulation"] = "samples/climate/mountain.json",
        ["grid"] = "samples/gene-search/lambda.json",
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Kinds => [.. s_samples.Keys];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Kinds_All_AreThoseThatRunHasSamplesFor() => Assert.Equal(s_samples.Keys, TemplateKind.All.Select(kind => kind.Kind));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task New_AKind_IsTheSampleThatRuns(string kind)
    {
        var run = await CliRun.OfAsync("new", kind);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        // As the app reads it, strictly but for comments and trailing commas.
        var written = JsonNode.Parse(JobSpec.ParseJson(Encoding.UTF8.GetBytes(run.Out)).GetRawText(), documentOptions: Lenient())!.AsObject();
        var sample = JsonNode.Parse(Repository.Read(s_samples[kind]))!.AsObject();
        sample.Remove("$schema");
        Assert.True(JsonNode.DeepEquals(sample, written), run.Out);
        Assert.All(run.Out.Split('\n'), line => Assert.InRange(line.Length, 0, 150));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task New_AKind_HasEveryFieldOfItsSchemaWithItsMeaning(string kind)
    {
        var run = await CliRun.OfAsync("new", kind);
        var schema = JsonNode.Parse(Repository.Read($"samples/schemas/{kind}.json"))!.AsObject();
        var sample = JsonNode.Parse(Repository.Read(s_samples[kind]))!.AsObject();
        var said = Spaces().Replace(run.Out.Replace("//", " ", StringComparison.Ordinal), " ");
        var fields = new List<(string Name, string? Description, JsonNode? Default)>();
        Collect(schema, atTop: true);
        Assert.InRange(fields.Count, 10, 1_000);
        Assert.All(fields, field =>
        {
            Assert.Contains($"\"{field.Name}\":", run.Out, StringComparison.Ordinal);
            Assert.Contains(field.Description ?? "", said, StringComparison.Ordinal);
        });
        // Of several defaults of one field, that which goes with the sample's other values counts.
        Assert.All(fields.Where(field => field.Default is not null).GroupBy(field => field.Name), group =>
            Assert.Contains(group, field => said.Contains($"Default {field.Default!.ToJsonString().Trim('"')}.", StringComparison.Ordinal)));

        void Collect(JsonNode? node, bool atTop = false)
        {
            if (node is JsonArray list)
                list.ToList().ForEach(item => Collect(item));
            if (node is not JsonObject of)
                return;
            foreach (var (word, value) in of)
            {
                // The parameters of other programs and applications are no part of this sample's spec.
                if (atTop && word == "allOf")
                    value!.AsArray().Where(rule => (rule!["if"]!["properties"] as JsonObject ?? []).All(test => JsonNode.DeepEquals(test.Value!["const"], sample[test.Key]))).ToList().ForEach(rule => Collect(rule!["then"]));
                else if (word == "properties")
                {
                    foreach (var (name, field) in value!.AsObject())
                    {
                        fields.Add((name, (string?)field!["description"], field["default"]));
                        Collect(field);
                    }
                }
                else if (word is not "if")
                    Collect(value);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task New_AKindWithoutItsCommentMarks_IsJsonStill(string kind)
    {
        var lines = (await CliRun.OfAsync("new", kind)).Out.Split('\n').Select(line => CommentedOut().Replace(line, "$1$2"));
        using var all = JsonDocument.Parse(string.Join('\n', lines), Lenient());
        Assert.True(all.RootElement.EnumerateObject().Count() > 5);
    }

    [Fact]
    public async Task New_AFile_IsWrittenOnceUnlessForced()
    {
        Assert.Equal(0, (await NewAsync("batch", "mine.json")).ExitCode);
        var first = await File.ReadAllTextAsync(_folder["mine.json"]);
        Assert.Contains("// Run it: pipeline run mine.json\n", first, StringComparison.Ordinal);

        var second = await NewAsync("grid", "mine.json");
        Assert.Equal(8, second.ExitCode);
        Assert.StartsWith("error: mine.json is there already.\n", second.Error, StringComparison.Ordinal);
        Assert.Equal(first, await File.ReadAllTextAsync(_folder["mine.json"]));

        var third = await NewAsync("grid", "mine.json", "--force");
        Assert.Equal((0, "mine.json is written. Run it: pipeline run mine.json --volunteers 2\n"), (third.ExitCode, third.Error));
        Assert.StartsWith("// A grid job", await File.ReadAllTextAsync(_folder["mine.json"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "'bacth' is not a kind of spec. Did you mean 'batch'?", "bacth")]
    [InlineData(3, "nowhere/x.json cannot be written: ", "batch", "nowhere/x.json")]
    [InlineData(3, ". is a folder.", "batch", ".")]
    [InlineData(2, "KIND is missing for 'new'.")]
    public async Task New_WhatCannotBe_IsExplained(int exitCode, string message, params string[] args)
    {
        var run = await NewAsync(args);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith($"error: {message}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_ADash_IsStandardOutput()
    {
        Assert.Equal((await NewAsync("batch")).Out, (await NewAsync("batch", "-")).Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private Task<CliRun> NewAsync(params string[] args) => CliRun.OfAsync(e => e with { WorkingFolder = _folder.Path }, ["new", .. args]);

    private static JsonDocumentOptions Lenient() => new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    // A comment's prose begins with a letter behind one space; what is commented out does not.
    [GeneratedRegex(@"^( *)// (["" \[\]{}].*)$")]
    private static partial Regex CommentedOut();
}
