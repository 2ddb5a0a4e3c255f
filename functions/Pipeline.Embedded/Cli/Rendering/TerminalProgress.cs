using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pipeline.Embedded.Cli.Rendering;

/// <summary>Shows progress as one live line in a terminal: label, bar, share, detail, time. It goes when the work ends.</summary>
internal sealed class TerminalProgress(IAnsiConsole console) : IProgressDisplay
{
    public Task<T> ShowAsync<T>(ProgressStep start, Func<IProgress<ProgressStep>, Task<T>> work)
    {
        console.Write(new Text(start + "\n"));
        var live = new Progress(console, TimeProvider.System)
        {
            AutoClear = true,
            ExcludeVerticalPadding = true,
            RefreshRate = TimeSpan.FromMilliseconds(80),
        };
        return live.Columns(new LabelColumn(), new ProgressBarColumn { Width = Math.Clamp(console.Profile.Width / 4, 8, 30) }, new PercentageColumn(), new DetailColumn(), new ElapsedTimeColumn())
            .StartAsync(context => work(new Line(context.AddTask("starting", autoStart: true, maxValue: 1))));
    }

    private sealed class Line : IProgress<ProgressStep>
    {
        private readonly ProgressTask _task;

        public Line(ProgressTask task)
        {
            _task = task;
            _task.IsIndeterminate = true;
        }

        public void Report(ProgressStep value)
        {
            _task.Tag = value;
            _task.IsIndeterminate = value.Fraction is null;
            // Spectre ends a task that is full; the work behind it still has to hand over its result.
            _task.Value = Math.Min(value.Fraction ?? 0, 0.999);
        }
    }

    private sealed class LabelColumn : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Tag is ProgressStep step ? step.Label : "starting");
    }

    private sealed class DetailColumn : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(task.Tag is ProgressStep step ? step.Detail : "", new Style(Color.Grey)) { Overflow = Overflow.Ellipsis };
    }
}
