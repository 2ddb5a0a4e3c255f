using System.Globalization;
using SkiaSharp;

namespace Pipeline.Training;

/// <summary>Axes within a picture: from values to places, with round numbers beside them.</summary>
internal sealed class PlotArea
{
    private readonly SKRect _area;
    private readonly (double Low, double High) _x;
    private readonly (double Low, double High) _y;

    public PlotArea(PictureCanvas canvas, SKRect area, string title, string below, (double Low, double High) x, (double Low, double High) y, bool wholeX = false)
    {
        (_area, _x, _y) = (area, Widened(x), Widened(y));
        canvas.Text(title, area.Left, area.Top - 14, 15);
        canvas.Text(below, area.MidX, area.Bottom + 38, 12, SKTextAlign.Center);
        foreach (var tick in Ticks(_y, 6, whole: false))
        {
            canvas.Line(area.Left, Y(tick), area.Right, Y(tick), PictureCanvas.Faint);
            canvas.Text(Show(tick), area.Left - 8, Y(tick) + 4, 11, SKTextAlign.Right);
        }
        foreach (var tick in Ticks(_x, 10, wholeX))
        {
            canvas.Line(X(tick), area.Bottom, X(tick), area.Bottom + 4, PictureCanvas.Ink);
            canvas.Text(Show(tick), X(tick), area.Bottom + 18, 11, SKTextAlign.Center);
        }
        canvas.Line(area.Left, area.Bottom, area.Right, area.Bottom, PictureCanvas.Ink);
    }

    public float X(double value) => (float)(_area.Left + ((value - _x.Low) / (_x.High - _x.Low) * _area.Width));

    public float Y(double value) => (float)(_area.Bottom - ((value - _y.Low) / (_y.High - _y.Low) * _area.Height));

    public bool Holds(double x, double y) => x >= _x.Low && x <= _x.High && y >= _y.Low && y <= _y.High;

    /// <summary>Round numbers within a range: some times a power of ten times 1, 2 or 5.</summary>
    internal static IEnumerable<double> Ticks((double Low, double High) range, int most, bool whole)
    {
        var rough = (range.High - range.Low) / most;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = new[] { 1.0, 2, 5, 10 }.Select(m => m * power).First(s => s >= rough * 0.999);
        if (whole)
            step = Math.Max(1, Math.Round(step));
        for (var i = Math.Ceiling(range.Low / step); i * step <= range.High + (step * 1e-9); i++)
            yield return i * step;
    }

    private static (double Low, double High) Widened((double Low, double High) range) =>
        range.High - range.Low > 1e-12 ? range : (range.Low - 0.5, range.High + 0.5);

    private static string Show(double value) => Math.Abs(value) >= 100_000
        ? value.ToString("0.#e0", CultureInfo.InvariantCulture)
        : (Math.Round(value, 6) + 0.0).ToString("0.######", CultureInfo.InvariantCulture); // plus zero: a zero from below has a sign
}
