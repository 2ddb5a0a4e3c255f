using System.CommandLine;
using Pipeline.Embedded.Cli.Templates;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>new KIND [PATH]</c>: a spec to begin with.</summary>
internal sealed class NewCommand : Verb
{
    private readonly Argument<string> _kind = new("KIND") { Description = "The kind of spec" };
    private readonly Argument<string?> _path = new("FILE") { Description = "The file to write; - or nothing for standard output", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _force = new("--force") { Description = "Replace a file that is there" };

    public NewCommand()
        : base("new", "Write a spec to begin with: it runs on the sample data, and has every option commented out with its default")
    {
        _kind.CompletionSources.Add([.. TemplateKind.All.Select(kind => kind.Kind)]);
        Arguments.Add(_kind);
        Arguments.Add(_path);
        Options.Add(_force);
    }

    public override IReadOnlyList<(string Line, string Meaning)> Examples => [("new batch samples/my-query.json", "begin a batch job with the sample's query, next to the sample data")];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var word = parsed.GetRequiredValue(_kind);
        var kind = TemplateKind.All.FirstOrDefault(k => k.Kind.Equals(word, StringComparison.OrdinalIgnoreCase))
            ?? throw new CliException(CliFault.Usage($"'{word}' is not a kind of spec.{NearestName.Hint(word, TemplateKind.All.Select(k => k.Kind))}"));
        var path = parsed.GetValue(_path) ?? "-";
        if (path == "-")
        {
            context.Out.Writer.Write(SpecTemplate.Of(kind, "FILE"));
            return;
        }
        await WriteAsync(context, path, SpecTemplate.Of(kind, path), parsed.GetValue(_force));
        context.Note($"{path} is written. Run it: pipeline run {path}{kind.Run}");
    }

    private static async Task WriteAsync(CliContext context, string path, string text, bool force)
    {
        var full = Path.GetFullPath(path, context.Environment.WorkingFolder);
        if (Directory.Exists(full))
            throw new CliException(CliFault.InvalidInput($"{path} is a folder.", $"Name a file in it, such as {Path.Combine(path, "spec.json")}."));
        try
        {
            await using var file = new StreamWriter(full, new FileStreamOptions { Mode = force ? FileMode.Create : FileMode.CreateNew, Access = FileAccess.Write });
            await file.WriteAsync(text.AsMemory(), context.Interrupted);
        }
        catch (IOException e) when (!force && File.Exists(full))
        {
            throw new CliException(CliFault.Conflict($"{path} is there already.", "Name another file, or replace it with --force."), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(CliFault.InvalidInput($"{path} cannot be written: {e.Message}"), e);
        }
    }
}
