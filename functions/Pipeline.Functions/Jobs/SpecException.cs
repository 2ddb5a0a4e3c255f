namespace Pipeline.Jobs;

/// <summary>A document that somebody sent is not valid; all its faults at once.</summary>
public sealed class SpecException : Exception
{
    /// <summary>Makes the exception from the faults, at least one.</summary>
    public SpecException(IReadOnlyList<SpecFault> faults, string type = ProblemTypes.InvalidSpec)
        : base(string.Join(" ", faults.Select(f => f.Pointer.Length == 0 ? f.Detail : $"{f.Pointer}: {f.Detail}")))
    {
        Faults = faults;
        Type = type;
    }

    /// <summary>Makes the exception from one fault.</summary>
    public SpecException(string pointer, string detail, string type = ProblemTypes.InvalidSpec)
        : this([new SpecFault(pointer, detail)], type)
    {
    }

    /// <summary>Every fault that was found.</summary>
    public IReadOnlyList<SpecFault> Faults { get; }

    /// <summary>One of <see cref="ProblemTypes"/>.</summary>
    public string Type { get; }
}
