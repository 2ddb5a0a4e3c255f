using System.Globalization;
using System.Text.Json;
using Pipeline.Embedded.Volunteer;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Shows a volunteer's client at work: live in a terminal, as plain lines in a pipe, or as a JSON document a line.</summary>
internal sealed class VolunteerDisplay(CliContext context)
{
    private static readonly TimeSpan s_redraw = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Queue<string> _latest = new();

    private bool IsLive => context.Settings.Output == OutputFormat.Table && context.Out.CanRedraw && !context.Settings.Quiet;

    /// <summary>Tells of something that has happened.</summary>
    public void Tell(VolunteerEvent what)
    {
        lock (_gate)
        {
            if (context.Settings.Output == OutputFormat.Json)
                context.Out.WriteLine(JsonSerializer.Serialize(what, CliJson.Compact.VolunteerEvent));
            else if (IsLive)
                Remember(what.Text);
            else if (!context.Settings.Quiet)
                context.Out.WriteLine(what.Text);
        }
    }

    /// <summary>Shows it while it works.</summary>
    public async Task ShowAsync(VolunteerAgent agent, Func<Task> work)
    {
        if (!IsLive)
        {
            await work();
            return;
        }
        await context.Out.Console.Live(Render(agent.Status)).AutoClear(false).StartAsync(async live =>
        {
            var working = work();
            while (await Task.WhenAny(working, Task.Delay(s_redraw, context.Time)) != working)
                live.UpdateTarget(Render(agent.Status));
            live.UpdateTarget(Render(agent.Status));
            await working;
        });
    }

    /// <summary>The picture of a moment.</summary>
    internal Rows Render(VolunteerStatus status)
    {
        var table = new Table().Border(TableBorder.None).AddColumns("task", "application", "unit", "done", "processor", "deadline");
        foreach (var task in status.Tasks)
        {
            table.AddRow(
                Markup.Escape(task.ResultId), Markup.Escape(task.Application), Markup.Escape(task.Unit),
                task.Stage == TaskStage.Running ? $"{Bar(task.FractionDone)} {task.FractionDone.ToString("P0", CultureInfo.InvariantCulture)}" : task.Stage.ToString().ToLowerInvariant(),
                string.Create(CultureInfo.InvariantCulture, $"{task.CpuSeconds:0} s"),
                TimeZoneInfo.ConvertTime(task.Deadline, context.Time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        }
        string[] latest;
        lock (_gate)
            latest = [.. _latest];
        return new Rows(
        [
            new Text($"{status.State} · {status.Reported} reported, {status.Failed} failed · p pauses, r resumes, Ctrl-C saves and leaves", new Style(decoration: Decoration.Bold)),
            status.Tasks.Count > 0 ? table : new Text("No tasks."),
            .. latest.Select(line => (IRenderable)new Text(line, new Style(Color.Grey)) { Overflow = Overflow.Ellipsis }),
        ]);
    }

    private static string Bar(double fraction) => new string('█', (int)(fraction * 10)).PadRight(10, '░');

    private void Remember(string text)
    {
        const int Most = 6;
        _latest.Enqueue(text);
        while (_latest.Count > Most)
            _latest.Dequeue();
    }
}
