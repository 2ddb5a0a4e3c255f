using System.CommandLine;
using System.CommandLine.Completions;
using Pipeline.Embedded.EventHubs;
using Pipeline.Embedded.Http;

namespace Pipeline.Embedded.Cli.Completion;

/// <summary>What may stand in the place of an argument: jobs, datasets and streams of the app that the line so far names, or of the folder
/// where none is up; files. A keystroke must not wait, so what does not answer at once has no candidates.</summary>
/// <param name="environment">The process around.</param>
/// <param name="globals">The global options.</param>
internal sealed class Candidates(CliEnvironment environment, GlobalOptions globals)
{
    private const int Most = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Adds candidates to all arguments, each by its name.</summary>
    public void AddTo(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            Func<CompletionContext, IEnumerable<CompletionItem>>? source = (argument.Name, command.Name) switch
            {
                ("ID", _) => Jobs,
                ("SPEC", _) => context => Files(context, ".json"),
                ("FILE", "apply") => context => Files(context, ".json"),
                ("FILE" or "PATH", _) => context => Files(context, null),
                ("DATASET", _) => Datasets,
                ("NAME", _) => Streams,
                ("HUB", _) => _ => EventHubsSettings.HubNames.Where(hub => hub.Key.StartsWith("PipelineHub", StringComparison.Ordinal)).Select(hub => new CompletionItem(hub.Value!)),
                _ => null,
            };
            if (source is not null)
                argument.CompletionSources.Add(source);
        }
        foreach (var child in command.Subcommands)
            AddTo(child);
    }

    private IEnumerable<CompletionItem> Jobs(CompletionContext context) => Ask(context,
        async (client, token) => (await client.ListJobsAsync(null, null, Most, null, token)).Jobs.Select(job => new CompletionItem(job.Id, detail: $"{job.Name}, {job.Status}")),
        root => Folders(root, "jobs").Where(job => File.Exists(Path.Combine(job.FullName, "spec.json"))).OrderByDescending(job => job.LastWriteTimeUtc).Select(Item));

    private IEnumerable<CompletionItem> Datasets(CompletionContext context) => Ask(context,
        async (client, token) => (await client.ListDatasetsAsync(token)).Select(dataset => new CompletionItem(dataset.Name)),
        root => Folders(root, "datasets").Select(Item));

    private IEnumerable<CompletionItem> Streams(CompletionContext context) => Ask(context,
        async (client, token) => (await client.ListStreamsAsync(token)).Streams.Select(stream => new CompletionItem(stream.Name)),
        root => Folders(root, "streams").Select(Item));

    private IEnumerable<CompletionItem> Ask(CompletionContext context, Func<PipelineClient, CancellationToken, Task<IEnumerable<CompletionItem>>> app, Func<string, IEnumerable<CompletionItem>> folder)
    {
        try
        {
            var settings = globals.Read(context.ParseResult, environment);
            if (Client(settings) is not { } client)
                return [.. folder(settings.Root).Take(Most)];
            using (client)
            using (var limit = new CancellationTokenSource(Patience))
                return [.. Task.Run(() => app(client, limit.Token)).GetAwaiter().GetResult()];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return []; // The options of the verb are still to be offered.
        }
    }

    private static PipelineClient? Client(CliSettings settings) =>
        settings.Url is { } url ? PipelineClient.Create(url, settings.Key)
        : RootClaim.Served(settings.Root) is { Url: { } served } ? PipelineClient.Create(served, settings.Key ?? HostKeys.Read(Path.Combine(settings.Root, HostKeys.FileName)).Function)
        : null;

    // A directory store keeps each container as a folder.
    private static IEnumerable<DirectoryInfo> Folders(string root, string container)
    {
        var folder = new DirectoryInfo(Path.Combine(root, "store", container));
        return folder.Exists ? folder.EnumerateDirectories() : [];
    }

    private static CompletionItem Item(DirectoryInfo folder) => new(folder.Name);

    private IEnumerable<CompletionItem> Files(CompletionContext context, string? extension)
    {
        var word = context.WordToComplete;
        var typed = word[..(word.LastIndexOf('/') + 1)];
        var folder = new DirectoryInfo(Path.GetFullPath(typed.Length == 0 ? "." : typed, environment.WorkingFolder));
        if (!folder.Exists)
            yield break;
        // Hidden ones are shown to those who ask for them.
        var hidden = word.Length > typed.Length && word[typed.Length] == '.';
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(entry => hidden || !entry.Name.StartsWith('.')).OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry is DirectoryInfo)
                yield return new CompletionItem($"{typed}{entry.Name}/");
            else if (extension is null || entry.Extension.Equals(extension, StringComparison.OrdinalIgnoreCase))
                yield return new CompletionItem($"{typed}{entry.Name}");
        }
    }
}
