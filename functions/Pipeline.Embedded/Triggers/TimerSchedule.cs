using System.Globalization;
using Cronos;

namespace Pipeline.Embedded.Triggers;

/// <summary>
/// When a timer is due, in UTC: a cron expression of six fields (seconds first) or five, or a time span such as
/// <c>00:05:00</c> between two runs.
/// </summary>
internal sealed class TimerSchedule
{
    private readonly CronExpression? _cron;
    private readonly TimeSpan _interval;

    private TimerSchedule(CronExpression? cron, TimeSpan interval)
    {
        _cron = cron;
        _interval = interval;
    }

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">It is neither; the message says what it should be.</exception>
    public static TimerSchedule Parse(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        if (fields < 2 && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval))
        {
            return interval > TimeSpan.Zero
                ? new TimerSchedule(null, interval)
                : throw new FormatException($"'{text}' is not a time span above zero.");
        }

        try
        {
            return new TimerSchedule(CronExpression.Parse(text, fields == 5 ? CronFormat.Standard : CronFormat.IncludeSeconds), default);
        }
        catch (CronFormatException e)
        {
            throw new FormatException(
                $"'{text}' is not a schedule: {e.Message} Use six fields (second minute hour day month weekday), for instance " +
                "'0 */5 * * * *' for every five minutes, or a time span such as '00:05:00'.", e);
        }
    }

    /// <summary>Whether it is due more than once a minute.</summary>
    public bool IsFrequent
    {
        get
        {
            var first = Next(DateTimeOffset.UnixEpoch);
            return first < DateTimeOffset.MaxValue && Next(first) - first < TimeSpan.FromMinutes(1);
        }
    }

    /// <summary>The first occurrence after a moment.</summary>
    public DateTimeOffset Next(DateTimeOffset after) => _cron is null
        ? after + _interval
        // An expression such as 30 February never comes.
        : _cron.GetNextOccurrence(after, TimeZoneInfo.Utc) ?? DateTimeOffset.MaxValue;
}
