namespace Pipeline.Grid.Units;

/// <summary>How a result ended.</summary>
public enum ResultOutcome
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The host has uploaded and reported it.</summary>
    Success,

    /// <summary>The host reported a failure, or its file is missing, damaged or malformed.</summary>
    Error,

    /// <summary>The deadline passed without a word.</summary>
    NoReply,

    /// <summary>The server needed it no more, before or after it was sent.</summary>
    Abandoned,
}
