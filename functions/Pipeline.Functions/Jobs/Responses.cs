using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Storage;

namespace Pipeline.Jobs;

/// <summary>The answers of the HTTP API: JSON in camel case, and errors as RFC 9457 problems.</summary>
public static class Responses
{
    // More faults than this help nobody, and would make the answer larger than the document.
    private const int MostFaults = 200;

    private const string ProblemContentType = "application/problem+json; charset=utf-8";

    /// <summary>How everything is written: camel case, enums as words, nulls left out.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>A value as JSON.</summary>
    public static IActionResult Ok(object value, int status = StatusCodes.Status200OK) => new ContentResult
    {
        StatusCode = status,
        ContentType = "application/json; charset=utf-8",
        Content = JsonSerializer.Serialize(value, Json),
    };

    /// <summary>A problem.</summary>
    public static IActionResult Problem(string type, int status, string detail, IReadOnlyList<SpecFault>? errors = null) => new ContentResult
    {
        StatusCode = status,
        ContentType = ProblemContentType,
        Content = Text(type, status, detail, errors),
    };

    /// <summary>Writes a problem where there is no function to return it.</summary>
    public static Task WriteProblemAsync(HttpResponse response, string type, int status, string detail)
    {
        response.StatusCode = status;
        response.ContentType = ProblemContentType;
        return response.WriteAsync(Text(type, status, detail, null), response.HttpContext.RequestAborted);
    }

    /// <summary>There is no such thing.</summary>
    public static IActionResult NotFound(string detail) => Problem(ProblemTypes.NotFound, StatusCodes.Status404NotFound, detail);

    /// <summary>Runs a handler and turns the exceptions that mean something to a caller into problems. Others go on to the host,
    /// which logs them and answers 500.</summary>
    public static async Task<IActionResult> GuardAsync(Func<Task<IActionResult>> handler)
    {
        try
        {
            return await handler();
        }
        catch (SpecException e)
        {
            var status = e.Type switch
            {
                ProblemTypes.TooLarge => StatusCodes.Status413PayloadTooLarge,
                ProblemTypes.Policy => StatusCodes.Status403Forbidden,
                _ => StatusCodes.Status400BadRequest,
            };
            var detail = e.Faults.Count == 1 ? e.Faults[0].Detail : string.Create(CultureInfo.InvariantCulture, $"The document has {e.Faults.Count} faults.");
            return Problem(e.Type, status, detail, [.. e.Faults.Take(MostFaults)]);
        }
        catch (JobConflictException e)
        {
            return Problem(ProblemTypes.Conflict, StatusCodes.Status409Conflict, e.Message);
        }
        catch (Exception e) when (e is NotFoundException or DatasetNotFoundException)
        {
            return NotFound(e.Message);
        }
        catch (DataPolicyException e)
        {
            return Problem(ProblemTypes.Policy, StatusCodes.Status403Forbidden, e.Message);
        }
        catch (StorageException e) when (e is InvalidObjectNameException or CorruptParquetException or DamagedFileException or SchemaMismatchException)
        {
            return Problem(ProblemTypes.InvalidRequest, StatusCodes.Status400BadRequest, e.Message);
        }
        catch (StorageFullException e)
        {
            return Problem(ProblemTypes.StorageFull, StatusCodes.Status507InsufficientStorage, e.Message);
        }
    }

    /// <summary>The body of a request, up to <paramref name="limit"/> bytes.</summary>
    /// <exception cref="SpecException">It is longer.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
            throw TooLarge(limit);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > limit)
                throw TooLarge(limit);
            buffer.Write(chunk, 0, read);
        }
        return buffer.ToArray();
    }

    /// <summary>How many things a request asks for with <c>top</c>.</summary>
    /// <exception cref="SpecException">It is no whole number from 1 to <paramref name="most"/>.</exception>
    public static int Top(IQueryCollection query, int usual, int most) => (int)(Number(query, "top", 1, most) ?? usual);

    /// <summary>A whole number of a query; null where it is absent.</summary>
    /// <exception cref="SpecException">It is no whole number from <paramref name="least"/> to <paramref name="most"/>.</exception>
    public static long? Number(IQueryCollection query, string name, long least = long.MinValue, long most = long.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query[name].ToString() is not { Length: > 0 } text)
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        var bounds = most < long.MaxValue ? $" from {least} to {most}" : least > long.MinValue ? $", {least} or more" : "";
        throw new SpecException("", $"'{name}' must be a whole number{bounds}; this is '{text}'.", ProblemTypes.InvalidRequest);
    }

    private static string Text(string type, int status, string detail, IReadOnlyList<SpecFault>? errors) =>
        JsonSerializer.Serialize(new Problem(type, ProblemTypes.Find(type).Title, status, detail, errors), Json);

    private static SpecException TooLarge(int limit) =>
        new("", $"The document has more than {ByteSize.Format(limit)}, which is the most that is read. Put data into a dataset and name it.", ProblemTypes.TooLarge);
}
