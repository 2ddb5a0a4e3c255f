using Pipeline.Grid.Applications;
using Pipeline.Jobs;
using Pipeline.Storage;

namespace Pipeline.Grid.Spec;

/// <summary>The spec of a grid job.</summary>
/// <param name="Project">Whose job it is: projects share the volunteers fairly, whatever the number of their jobs.</param>
/// <param name="Application">The application, which volunteers have built in.</param>
/// <param name="Source">What it works on.</param>
/// <param name="Policy">How many results a unit gets, and when they are believed.</param>
/// <param name="Bounds">What a unit takes, where that is not left to the application.</param>
/// <param name="Priority">Jobs of a project with a higher one go first.</param>
/// <param name="Seed">What spot checks are drawn from; null for a number that nobody knows.</param>
public sealed record GridSpec(
    string Project, IGridApplication Application, GridSource Source, UnitPolicy Policy, UnitBounds Bounds, int Priority, long? Seed)
{
    /// <summary>The project of a spec that names none.</summary>
    public const string DefaultProject = "default";

    /// <summary>Reads the fields of kind <c>grid</c>.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="applications">The applications that there are.</param>
    /// <exception cref="SpecException">It is not valid; all faults at once.</exception>
    public static GridSpec Read(JobSpec spec, IReadOnlyCollection<IGridApplication> applications)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var faults = new List<SpecFault>();
        var reader = spec.Read(faults, "A grid job: volunteers' machines compute its work units.");
        var project = reader.Text("project", maxLength: 64, about: "Whose job it is: letters, digits, '-' and '_'. Projects share the volunteers alike; 'default' where it is absent.") ?? DefaultProject;
        if (JobId.Fault(project) is not null)
            reader.Fault("project", "A project's name holds letters, digits, '-' and '_' only, and starts with a letter or a digit.");
        var application = ReadApplication(reader, applications);
        var source = ReadSource(reader, faults);
        var priority = (int)reader.Integer("priority", -100, 100, 0, "Higher ones go first, within a project.");
        var policy = UnitPolicy.Read(reader);
        var bounds = UnitBounds.Read(reader);
        var seed = reader.Integer("seed", 0, long.MaxValue, about: "What spot checks are drawn from: a number that nobody knows where it is absent. Volunteers who know it can tell which units are not checked.");
        application?.Check(source, faults);
        reader.End();
        return faults.Count == 0 ? new GridSpec(project, application!, source, policy, bounds, priority, seed) : throw new SpecException(faults);
    }

    private static IGridApplication? ReadApplication(SpecReader reader, IReadOnlyCollection<IGridApplication> applications)
    {
        var name = reader.Choice("application", [.. applications.Select(a => a.Name).Distinct().Order(StringComparer.Ordinal)], required: true, about: "What volunteers run; they have it built in.");
        var version = (int?)reader.Integer("version", 1, int.MaxValue, about: "Its version: the newest where it is absent.");
        if (name is null)
            return null;
        var versions = applications.Where(a => a.Name == name).OrderBy(a => a.Version).ToList();
        var found = version is null ? versions[^1] : versions.Find(a => a.Version == version);
        if (found is null)
            reader.Fault("version", $"There is no version {version} of '{name}'. There is: {string.Join(", ", versions.Select(a => a.Version))}.");
        return found;
    }

    private static GridSource ReadSource(SpecReader reader, List<SpecFault> faults)
    {
        string? dataset = null, file = null;
        if (reader.Section("input", shorthand: "dataset", about: "What it works on, a dataset or a file, where that is not among the parameters.") is { } input)
        {
            dataset = input.Text("dataset", maxLength: ObjectName.MaxSegmentBytes, about: "A dataset.");
            file = input.Text("file", maxLength: ObjectName.MaxPathLength, about: "A path in the container datasets.");
            if (dataset is not null && file is not null)
                input.Fault("file", "The input is a dataset or a file, not both. Leave one out.");
            Check(dataset, "/input/dataset", ObjectName.CheckSegment, faults);
            Check(file, "/input/file", ObjectName.CheckPath, faults);
            input.End();
        }
        var parameters = reader.SectionOrEmpty("parameters", "The application's own.");
        return new GridSource(dataset, file, parameters.Element) { Description = parameters.IsDescription ? parameters : null };
    }

    /// <summary>Notes a name that no object can have.</summary>
    internal static void Check(string? name, string pointer, Action<string> check, List<SpecFault> faults)
    {
        try
        {
            if (name is not null)
                check(name);
        }
        catch (InvalidObjectNameException e)
        {
            faults.Add(new SpecFault(pointer, e.Message));
        }
    }
}
