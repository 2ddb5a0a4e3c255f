using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipeline.Access;
using Pipeline.Embedded.Hosting;

namespace Pipeline.Embedded.Http;

/// <summary>Kestrel and ASP.NET Core's routing, with no more than the functions need.</summary>
internal static class WebServer
{
    /// <summary>The largest body, in bytes, that a request may have: 100 MB, as on Azure.</summary>
    public const long MaxBodyBytes = 104_857_600;

    /// <summary>A builder of a web application that listens on an address.</summary>
    /// <exception cref="EmbeddedHostException">It is not an address to listen on.</exception>
    public static WebApplicationBuilder CreateBuilder(Uri url, TimeSpan shutdownTimeout)
    {
        if (!url.IsAbsoluteUri || url.Scheme != Uri.UriSchemeHttp || url.PathAndQuery != "/")
        {
            throw new EmbeddedHostException(
                $"'{url}' is not an address to listen on. Give scheme, host and port, for instance http://127.0.0.1:7071.");
        }

        // The empty builder saves much of the start: no configuration files, no log providers, no services that are not asked for.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Pipeline" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            Listen(kestrel, url);
        });
        builder.Services.AddRouting();
        // MVC is here for its results' executors; with a part manager given, it does not go looking for controllers.
        builder.Services.AddSingleton(new ApplicationPartManager());
        builder.Services.AddMvcCore();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = shutdownTimeout);
        // Ctrl+C is the command line's to handle.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
        return builder;
    }

    /// <summary>
    /// Has requests that no function takes answered with an empty 404, also those whose route exists with another method.
    /// </summary>
    public static void UseFunctionRoutes(this WebApplication app, Action<IEndpointRouteBuilder> map)
    {
        app.Use((http, next) =>
        {
            SecurityHeaders.Set(http.Response);
            return next(http);
        });
        app.UseRouting();
        app.Use((http, next) =>
        {
            // Routing itself makes the endpoint that answers 405, and that one is not a route.
            if (http.GetEndpoint() is RouteEndpoint) return next(http);
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        map(app);
    }

    /// <summary>Starts listening.</summary>
    /// <returns>The address, with the port that was taken.</returns>
    /// <exception cref="EmbeddedHostException">The address cannot be listened on.</exception>
    public static async Task<Uri> StartAsync(WebApplication app, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new EmbeddedHostException(
                $"Port {url.Port} of {url.Host} is in use by another program. Stop that one, or choose another port with " +
                $"--port {url.Port + 1}; 0 takes any free one.", e);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new EmbeddedHostException($"Cannot listen on {url}: {e.Message}", e);
        }

        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        // 0.0.0.0 and [::] are addresses to listen on, not to call.
        var host = IPAddress.TryParse(url.Host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            ? "localhost"
            : url.Host;
        return new UriBuilder(url) { Host = host, Port = new Uri(bound.Replace("[::]", "localhost")).Port }.Uri;
    }

    private static void Listen(KestrelServerOptions kestrel, Uri url)
    {
        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)) kestrel.Listen(address, url.Port);
        // A free port can be taken on one address only, so that 'localhost' with port 0 means IPv4's.
        else if (url.IsLoopback && url.Port == 0) kestrel.Listen(IPAddress.Loopback, 0);
        else if (url.IsLoopback) kestrel.ListenLocalhost(url.Port);
        else throw new EmbeddedHostException(
            $"'{url.Host}' is not an address to listen on. Use 127.0.0.1, localhost, an address of this machine, or 0.0.0.0 for all.");
    }

    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
