using System.CommandLine;
using System.Globalization;
using Pipeline.Embedded.Cli.Rendering;

namespace Pipeline.Embedded.Cli.Commands;

/// <summary>Arguments and options that several verbs have.</summary>
internal static class CommonArguments
{
    /// <summary>Most rows that the app gives at once.</summary>
    public const int MostRows = 100_000;

    /// <summary>A spec.</summary>
    public static Argument<string> Spec() => new("SPEC") { Description = "File that holds the job's spec, or - for standard input" };

    /// <summary>A job's id.</summary>
    public static Argument<string> Id() => new("ID") { Description = "The job's id" };

    /// <summary>How many rows of a result; null leaves it to the format.</summary>
    public static Option<int?> Top() => Number("--top", "N", $"Rows to show at most [default: {ResultAnswer.RowsForPeople} in a table, {Shown.Number(MostRows)} in json and csv]", 1, MostRows);

    /// <summary>A whole number within bounds.</summary>
    public static Option<int?> Number(string name, string helpName, string description, int least, int most) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is a whole number from {least} to {most}; this is '{text}'."));
            return null;
        },
    };
}
