using System.Text.Json.Serialization;

namespace Pipeline.Jobs;

/// <summary>Where a job stands. In JSON: the names below.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobStatus>))]
public enum JobStatus
{
    /// <summary>Accepted, not yet started.</summary>
    Pending,

    /// <summary>At work.</summary>
    Running,

    /// <summary>Held by an operator; it goes on when resumed.</summary>
    Suspended,

    /// <summary>Done; the result is there.</summary>
    Completed,

    /// <summary>Given up; <see cref="JobView.Error"/> says why.</summary>
    Failed,

    /// <summary>Ended by <c>DELETE /api/jobs/{id}</c>.</summary>
    Canceled,
}
