using System.CommandLine;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>stream pause|resume|delete NAME</c>: something that is done to a stream, and then is done.</summary>
internal sealed class StreamActionCommand : Verb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The stream" };
    private readonly Func<PipelineClient, string, CancellationToken, Task> _act;
    private readonly string _done;

    private StreamActionCommand(string verb, string description, string done, Func<PipelineClient, string, CancellationToken, Task> act)
        : base(verb, description)
    {
        Arguments.Add(_name);
        (_act, _done) = (act, done);
    }

    public static StreamActionCommand Pause() =>
        new("pause", "Pause a stream: it takes no events until it is resumed, and then goes on where it was", "is paused", (client, name, token) => client.PauseStreamAsync(name, token));

    public static StreamActionCommand Resume() => new("resume", "Let a paused stream go on", "goes on", (client, name, token) => client.ResumeStreamAsync(name, token));

    public static StreamActionCommand Delete() =>
        new("delete", "Delete a stream and its state; what it has written stays", "is deleted", (client, name, token) => client.DeleteStreamAsync(name, token));

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(_name);
        await using var app = await context.ConnectAsync();
        await _act(app.Client, name, context.Interrupted);
        context.Note($"Stream {Shown.Text(name)} {_done}.");
    }
}
