namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>The type of a parameter that is left at its default; HTTP functions take ASP.NET Core's request instead.</summary>
public abstract class HttpRequestData
{
    private protected HttpRequestData()
    {
    }
}
