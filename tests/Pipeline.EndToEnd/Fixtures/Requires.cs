namespace Pipeline.EndToEnd.Fixtures;

/// <summary>What a test needs of the machine: where it is missing the test is skipped, but on a build server it fails.</summary>
internal static class Requires
{
    /// <summary>Skips the running test, or fails it under CI=true, unless a condition holds.</summary>
    public static void That(bool condition, string message)
    {
        if (condition) return;
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", message);
        throw new SkipException(message);
    }
}
