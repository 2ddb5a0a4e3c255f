using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>One of the two streams that a person may be reading, with what it can show.</summary>
internal sealed class Terminal
{
    // Spectre lays text out for some width even where none is given; a pipe has none.
    private const int NoLimit = 100_000;

    private readonly TextWriter _writer;
    private readonly Lazy<IAnsiConsole> _console;

    /// <param name="writer">The stream.</param>
    /// <param name="isTerminal">Whether it is a terminal.</param>
    /// <param name="width">The terminal's width; null takes what the console says.</param>
    /// <param name="color">Whether colour is wanted.</param>
    public Terminal(TextWriter writer, bool isTerminal, int? width, bool color)
    {
        _writer = writer;
        IsTerminal = isTerminal;
        // Made when first needed: finding out what a terminal can do takes longer than most of what is written to it.
        _console = new Lazy<IAnsiConsole>(() =>
        {
            var console = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = isTerminal && color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
            });
            if (!isTerminal)
            {
                console.Profile.Width = NoLimit;
                console.Profile.Capabilities.Unicode = true;
            }
            else if (width is not null)
                console.Profile.Width = width.Value;
            return console;
        });
    }

    /// <summary>Whether a person reads it in a terminal.</summary>
    public bool IsTerminal { get; }

    /// <summary>Whether a line can be drawn again, as live progress needs.</summary>
    public bool CanRedraw => IsTerminal && Console.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>How many cells a line has; null where there is no such limit.</summary>
    public int? Width => IsTerminal ? Console.Profile.Width : null;

    /// <summary>For what needs more than lines of text.</summary>
    public IAnsiConsole Console => _console.Value;

    /// <summary>Writes a line of plain text.</summary>
    public void WriteLine(string text) => _writer.WriteLine(text);

    /// <summary>Writes something with layout.</summary>
    public void Write(IRenderable what) => Console.Write(what);

    /// <summary>The stream itself, for text that must come out exactly as it is.</summary>
    public TextWriter Writer => _writer;
}
