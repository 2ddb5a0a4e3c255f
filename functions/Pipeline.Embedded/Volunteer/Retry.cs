namespace Pipeline.Embedded.Volunteer;

/// <summary>Repeats what a server that is away interrupts, with growing pauses.</summary>
/// <param name="settings">The client's settings.</param>
/// <param name="random">For jitter.</param>
/// <param name="away">Told of each failed attempt and the pause behind it; of null when the server is back.</param>
internal sealed class Retry(VolunteerSettings settings, Random random, Action<(ServerAwayException Fault, TimeSpan Pause)?> away)
{
    /// <summary>Does it until the server has answered.</summary>
    /// <exception cref="ServerRefusedException">That was its answer.</exception>
    public async Task<T> UntilAnsweredAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var backoff = new Backoff(settings.LongestBackoff, random);
        var failed = false;
        while (true)
        {
            try
            {
                var answer = await attempt(cancellationToken);
                if (failed)
                    away(null);
                return answer;
            }
            catch (ServerAwayException e)
            {
                failed = true;
                var pause = backoff.Next(e.RetryAfter);
                away((e, pause));
                await Task.Delay(pause, settings.Time, cancellationToken);
            }
        }
    }
}
