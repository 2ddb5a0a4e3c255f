using System.CommandLine;
using Pipeline.Embedded.Cli.Doctor;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary><c>doctor</c>: looks whether everything is there that the app needs, and says what to do where it is not.</summary>
internal sealed class DoctorCommand : Verb
{
    private readonly Option<int?> _port = CommonArguments.Number("--port", "PORT", $"Port that serve is to take [default: {ServeCommand.UsualPort}]", 1, 65535);

    public DoctorCommand()
        : base("doctor", "Look at ports, storage, keys, libraries, settings and limits, and say how to cure what is wrong; with --url, at an app elsewhere") =>
        Options.Add(_port);

    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("doctor", "look whether the app can work on this machine; nothing is changed"),
        ("doctor --url https://my-app.azurewebsites.net --key KEY", "look whether an app elsewhere answers and takes the key"),
    ];

    public override async Task RunAsync(CliContext context, ParseResult parsed)
    {
        var report = context.Settings.Url is { } url
            ? new DoctorReport(await AppChecks.LookAsync(url, context.Settings.Key, context.Time, context.Interrupted))
            : await Physician.ExamineAsync(context, parsed.GetValue(_port) ?? ServeCommand.UsualPort, context.Environment.Machine(), context.Interrupted);
        context.Answer(report, CliJson.Readable.DoctorReport, DoctorText.WriteCsv, one => DoctorText.Write(context.Out, one));
        if (report.Faults > 0)
            throw new CliException(CliFault.Unhealthy(DoctorText.Summary(report)));
    }
}
