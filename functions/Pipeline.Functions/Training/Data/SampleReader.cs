using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Pipeline.Training;

/// <summary>Turns the rows of a <see cref="SampleSource"/>'s query into samples, and refuses what cannot be learnt from, by its row.</summary>
internal sealed class SampleReader(DataSpec data, bool withLabel)
{
    private readonly Dictionary<string, int> _classes = data.Label.IsText
        ? data.Label.Classes.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => c.i, StringComparer.Ordinal)
        : [];

    /// <summary>Empty samples of the right width.</summary>
    public static Samples Empty(DataSpec data) => new(data.Image?.Bytes ?? data.Features.Count, data.Image is not null);

    /// <summary>Reads all rows.</summary>
    /// <param name="reader">The rows.</param>
    /// <param name="where">Names a row, by its number among those read, for messages.</param>
    /// <param name="keys">Takes what rows are shared out by, where the query gives it; null where it does not.</param>
    /// <exception cref="TrainingException">A value is missing, not a number, or out of range.</exception>
    public Samples Read(DbDataReader reader, Func<int, string> where, List<string>? keys)
    {
        var samples = Empty(data);
        for (var row = 0; reader.Read(); row++)
        {
            var column = Add(samples, reader, row, where);
            keys?.Add(reader.IsDBNull(column) ? "" : reader.GetString(column));
        }
        return samples;
    }

    /// <summary>Reads the rows that can be used, and adds them to others.</summary>
    /// <param name="reader">The rows.</param>
    /// <param name="samples">Takes what can be used.</param>
    /// <param name="used">Takes, for each row, whether it was.</param>
    public void ReadUsable(DbDataReader reader, Samples samples, List<bool> used)
    {
        while (reader.Read())
        {
            var (numbers, pixels) = (samples.Numbers.Count, samples.Pixels.Count);
            try
            {
                Add(samples, reader, used.Count, row => $"Row {row}");
                used.Add(true);
            }
            catch (TrainingException)
            {
                CollectionsMarshal.SetCount(samples.Numbers, numbers);
                CollectionsMarshal.SetCount(samples.Pixels, pixels);
                used.Add(false);
            }
        }
    }

    // Gives the column behind those of the sample.
    private int Add(Samples samples, DbDataReader reader, int row, Func<int, string> where)
    {
        var column = 0;
        if (data.Image is { } image)
            AddImage(samples, reader, column++, image, row, where);
        foreach (var feature in data.Features)
            samples.Numbers.Add(Feature(reader, column++, feature, row, where));
        samples.Labels.Add(withLabel ? Label(reader, column++, row, where) : 0);
        return column;
    }

    private static float Feature(DbDataReader reader, int column, FeatureSpec feature, int row, Func<int, string> where)
    {
        if (reader.IsDBNull(column))
            throw Wrong(row, where, $"feature '{feature.Column}' is missing (null)");
        var value = reader.GetDouble(column);
        if (!float.IsFinite((float)value))
            throw Wrong(row, where, $"feature '{feature.Column}' is {value.ToString(CultureInfo.InvariantCulture)}");
        if (feature.OneHot is { } width && (value < 0 || value >= width || value != Math.Floor(value)))
            throw Wrong(row, where, $"feature '{feature.Column}' is {value.ToString(CultureInfo.InvariantCulture)}, but 'oneHot' allows whole numbers from 0 to {width - 1}");
        return (float)value;
    }

    private float Label(DbDataReader reader, int column, int row, Func<int, string> where)
    {
        var label = data.Label;
        if (reader.IsDBNull(column))
            throw Wrong(row, where, $"the label '{label.Column}' is missing (null)");
        if (label.IsText)
        {
            var name = reader.GetString(column);
            return _classes.TryGetValue(name, out var index)
                ? index
                : throw new TrainingException($"{where(row)}: the label is '{name}', which is not among the classes.{NearestName.Hint(name, label.Classes)}", "Add it to data.label.names, or leave such rows out with data.where.");
        }
        var value = reader.GetDouble(column);
        if (!float.IsFinite((float)value))
            throw Wrong(row, where, $"the label '{label.Column}' is {value.ToString(CultureInfo.InvariantCulture)}");
        if (label.Classes.Count > 0 && (value < 0 || value >= label.Classes.Count || value != Math.Floor(value)))
        {
            throw new TrainingException(
                $"{where(row)}: the label is {value.ToString(CultureInfo.InvariantCulture)}, but {label.Classes.Count} classes are numbered 0 to {label.Classes.Count - 1}.",
                "Correct data.label.classes, or leave such rows out with data.where.");
        }
        return (float)value;
    }

    private static void AddImage(Samples samples, DbDataReader reader, int column, ImageSpec image, int row, Func<int, string> where)
    {
        if (reader.IsDBNull(column))
            throw Wrong(row, where, $"the image '{image.Column}' is missing (null)");
        using var stream = reader.GetStream(column);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        try
        {
            ImageCodec.AddTo(samples.Pixels, bytes, image);
        }
        catch (InvalidDataException e)
        {
            throw new TrainingException($"{where(row)}: the image '{image.Column}' {e.Message}", "Correct data.image, or leave such rows out with data.where.");
        }
    }

    private static TrainingException Wrong(int row, Func<int, string> where, string what) =>
        new($"{where(row)}: {what}.", "Correct the data, or leave such rows out with data.where.");
}
