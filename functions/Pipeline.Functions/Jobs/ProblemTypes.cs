using System.Collections.Frozen;

namespace Pipeline.Jobs;

/// <summary>The kinds of problem that the HTTP API answers with. The <c>type</c> of a problem is the address, on the app itself, at which
/// its kind is told.</summary>
public static class ProblemTypes
{
    /// <summary>Where all kinds are told.</summary>
    public const string Place = "/api/problems/";

    /// <summary>400: the document is not well-formed JSON.</summary>
    public const string MalformedJson = Place + "malformed-json";

    /// <summary>400: the document is JSON, but not a valid spec.</summary>
    public const string InvalidSpec = Place + "invalid-spec";

    /// <summary>400: a name, path, query parameter or file is not valid.</summary>
    public const string InvalidRequest = Place + "invalid-request";

    /// <summary>401: the request does not say who makes it.</summary>
    public const string Unauthenticated = Place + "unauthenticated";

    /// <summary>403: whoever makes the request may not.</summary>
    public const string Forbidden = Place + "forbidden";

    /// <summary>403: a rule about data forbids it.</summary>
    public const string Policy = Place + "data-policy";

    /// <summary>404: there is no such thing.</summary>
    public const string NotFound = Place + "not-found";

    /// <summary>409: the state of the thing does not allow it, or it exists already.</summary>
    public const string Conflict = Place + "conflict";

    /// <summary>413: the document is larger than allowed.</summary>
    public const string TooLarge = Place + "too-large";

    /// <summary>429 or 503: the caller, or all callers together, ask more than is taken; the header <c>Retry-After</c> says when to try again.</summary>
    public const string TooManyRequests = Place + "too-many-requests";

    /// <summary>507: the store is full.</summary>
    public const string StorageFull = Place + "storage-full";

    /// <summary>Every kind, in the order of status codes.</summary>
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        new(MalformedJson, [400], "The document is not well-formed JSON.",
            "What was sent breaks off, or breaks the grammar of JSON, or has the same field twice.",
            "The detail says line and column. Comments and trailing commas are taken; a text with a line break is not."),
        new(InvalidSpec, [400], "The spec is not valid.",
            "The document is JSON, but a field is missing, unknown or wrong, or it does not fit the data that it names.",
            "Every fault is in 'errors' with its JSON pointer, and where a name is wrong with the nearest right one. Name the kind's schema of /api/schemas as '$schema', and an editor tells while you type."),
        new(InvalidRequest, [400], "The request is not valid.",
            "A name, a path, a query parameter, a header, a token of the wrong sort or a file that was sent is not what the route takes.",
            "The detail says which and what it takes; /api/docs has every parameter with its bounds."),
        new(Unauthenticated, [401], "The request does not say who makes it.",
            "There is no key or token, or it is not known.",
            "Send a function key as x-functions-key, or a volunteer's token as Authorization: Bearer TOKEN. 'serve' keeps its keys in .pipeline/keys.json; where the app asks for it, sign in too."),
        new(Forbidden, [403], "You may not do this.",
            "The caller is known, but the role is too low for the route, or the host was barred from the grid.",
            "The detail names the role. Ask whoever runs the app for a key or an app role that has it."),
        new(Policy, [403], "A rule about the data forbids it.",
            "A dataset's policy names regions, and the data would be processed or sent somewhere else.",
            "Run the job where the data may be, or have an operator change the policy: PUT /api/datasets/{name}/policy."),
        new(NotFound, [404], "There is no such thing.",
            "No job, dataset, model, stream, file or host has that name here, or it is gone.",
            "The detail says where those that there are can be listed."),
        new(Conflict, [409], "The state does not allow it.",
            "The thing is there, but is not in a state for this: a job with that id exists already, a result is not ready, a stream or a model is changed by somebody else at once.",
            "Look at the thing and try again when it is ready, or choose another name."),
        new(TooLarge, [413], "The document is too large.",
            "The body has more bytes than the route reads.",
            "Put data into a dataset and name it in the spec; send files in the parts that the route takes."),
        new(TooManyRequests, [429, 503], "Too much is asked at once.",
            "The caller alone (429), or all callers together (503), ask for more than the app takes.",
            "Wait as many seconds as the header Retry-After says, then ask again."),
        new(StorageFull, [507], "The store is full.",
            "There is no room for what was to be written. Nothing is half written.",
            "Free disk space, or delete datasets and results that nobody needs; then send it again."),
    ];

    private static readonly FrozenDictionary<string, ProblemType> ByType = All.ToFrozenDictionary(problem => problem.Type, StringComparer.Ordinal);

    /// <summary>The kind of a problem's <c>type</c>.</summary>
    /// <exception cref="ArgumentException">There is none, so that nobody could look it up.</exception>
    public static ProblemType Find(string type) =>
        ByType.GetValueOrDefault(type) ?? throw new ArgumentException($"'{type}' is no problem type. Add it to {nameof(ProblemTypes)}.{nameof(All)}.", nameof(type));
}
