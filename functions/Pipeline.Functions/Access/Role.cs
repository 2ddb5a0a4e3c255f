namespace Pipeline.Access;

/// <summary>What a caller may do. An operator may do what a submitter may, and a submitter what a reader may; volunteers are apart from
/// them: theirs are the routes that hand out work, and nothing else is.</summary>
public enum Role
{
    /// <summary>Looks: jobs, results, datasets, streams, models; asks models for predictions.</summary>
    Reader = 1,

    /// <summary>Starts and cancels jobs, and uploads data.</summary>
    Submitter = 2,

    /// <summary>Steers what runs for everybody: streams, models, volunteers' hosts; reads the audit log.</summary>
    Operator = 3,

    /// <summary>A computer that takes work units, known by its token.</summary>
    Volunteer = 10,
}
