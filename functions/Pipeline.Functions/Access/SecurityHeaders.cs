using Microsoft.AspNetCore.Http;

namespace Pipeline.Access;

/// <summary>What every answer tells browsers about how far to trust it.</summary>
public static class SecurityHeaders
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private const string OwnFiles =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; " +
        "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>For an answer of the API, before it is written: it is data, for nobody to keep, to guess the type of, or to run.</summary>
    public static void Set(HttpResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";
        headers.ContentSecurityPolicy = Nothing;
        headers.CacheControl = "no-store";
        if (response.HttpContext.Request.IsHttps)
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
    }

    /// <summary>For a page or one of its files, before it is written: it may load scripts, styles, images and data from the app and
    /// from nowhere else, nothing inline runs, and nobody may frame it.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="cacheControl">How long browsers may keep it; by default they ask each time whether it has changed.</param>
    public static void SetForPage(HttpResponse response, string cacheControl = "no-cache")
    {
        Set(response);
        response.Headers.ContentSecurityPolicy = OwnFiles;
        response.Headers.CacheControl = cacheControl;
    }
}
