using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;

namespace Pipeline.Training;

/// <summary>Loads PyTorch's native libraries, once in a process, before anything else touches TorchSharp.</summary>
/// <remarks>TorchSharp's library names one symbol version of a newer C++ runtime than Debian 12 has, for a mark that it never calls.
/// Where the loader refuses it for that, a copy in which that one entry is weak is made in the user's cache, and loaded instead.</remarks>
internal static class TorchLibrary
{
    // What a compiler puts in to have streams made before they are used. Nothing calls it: older runtimes make them by themselves.
    private static readonly string[] Unused = ["_ZSt21ios_base_library_initv"];

    private static readonly Lazy<TorchUnavailableException?> Loading = new(Load);

    /// <summary>Makes sure that PyTorch is loaded.</summary>
    /// <exception cref="TorchUnavailableException">It cannot be.</exception>
    public static void EnsureLoaded()
    {
        if (Loading.Value is { } failure)
            throw failure;
    }

    /// <summary>How PyTorch is, or would be, loaded here. Other than <see cref="EnsureLoaded"/> this writes no file.</summary>
    /// <exception cref="TorchUnavailableException">It cannot be.</exception>
    /// <exception cref="DllNotFoundException">The loader refuses it, for a reason for which there is no cure.</exception>
    public static string Examine()
    {
        var version = typeof(torch).Assembly.GetName().Version!.ToString(3);
        var names = Names();
        if (OperatingSystem.IsLinux() && Folder(names.Torch) is { } folder)
        {
            LoadTorch(folder, names.Torch);
            var binding = Binding(names.Binding);
            try
            {
                NativeLibrary.Load(binding);
            }
            catch (DllNotFoundException refused) when (refused.Message.Contains("version `", StringComparison.Ordinal))
            {
                var (name, image) = Weakened(binding, refused);
                var copy = Caches().Select(cache => Path.Combine(cache, name)).FirstOrDefault(File.Exists);
                if (copy is null || !File.ReadAllBytes(copy).AsSpan().SequenceEqual(image))
                    return $"TorchSharp {version}; this system's C++ runtime is older, so the first training makes a copy that loads with it, {Path.Combine(Caches().First(), name)}";
            }
        }
        EnsureLoaded();
        return $"TorchSharp {version}";
    }

    private static TorchUnavailableException? Load()
    {
        var names = Names();
        var folder = Folder(names.Torch);
        if (folder is null)
        {
            return new TorchUnavailableException($"Training needs PyTorch, and there is none for {RuntimeInformation.RuntimeIdentifier} beside the app. "
                + "It comes with builds for linux-x64, win-x64, win-arm64 and osx-arm64: build for one of these (dotnet publish -r linux-x64).");
        }
        try
        {
            if (OperatingSystem.IsLinux())
            {
                NativeHeap.KeepFreedMemory();
                LoadOnLinux(folder, names.Torch, Binding(names.Binding));
            }
            torch.InitializeDeviceType(DeviceType.CPU);
            // Workers are what runs side by side, each on a thread of its own. One thread also keeps the order of additions, so that
            // a worker computes the same bits wherever it runs.
            torch.set_num_threads(1);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException or NotSupportedException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new TorchUnavailableException($"PyTorch cannot be loaded from {folder}: {e.Message}", e);
        }
    }

    private static (string Torch, string Binding) Names() => OperatingSystem.IsWindows() ? ("torch_cpu.dll", "LibTorchSharp.dll")
        : OperatingSystem.IsMacOS() ? ("libtorch_cpu.dylib", "libLibTorchSharp.dylib") : ("libtorch_cpu.so", "libLibTorchSharp.so");

    private static string? Folder(string torch) => Folders().FirstOrDefault(f => File.Exists(Path.Combine(f, torch)));

    private static string Binding(string name) => Folders().Select(f => Path.Combine(f, name)).First(File.Exists);

    // The binding finds these by their names once they are loaded, wherever the binding itself lies.
    private static void LoadTorch(string folder, string torch)
    {
        NativeLibrary.Load(Path.Combine(folder, torch));
        NativeLibrary.Load(Path.Combine(folder, "libtorch.so"));
    }

    private static void LoadOnLinux(string folder, string torch, string binding)
    {
        LoadTorch(folder, torch);
        try
        {
            NativeLibrary.Load(binding);
        }
        catch (DllNotFoundException refused) when (refused.Message.Contains("version `", StringComparison.Ordinal))
        {
            NativeLibrary.Load(Patched(binding, refused, Cache()));
        }
    }

    /// <summary>The path of a copy of a library in which the versions that the loader misses are weak.</summary>
    /// <param name="library">The library.</param>
    /// <param name="refused">What the loader said.</param>
    /// <param name="cache">A folder of the user's own.</param>
    internal static string Patched(string library, DllNotFoundException refused, string cache)
    {
        var (name, patched) = Weakened(library, refused);
        var copy = Path.Combine(cache, name);
        if (File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(patched))
            return copy;
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        // Another process may do the same at this moment: whoever is last puts the same bytes there.
        var temporary = $"{copy}.{Guid.NewGuid():n}";
        File.WriteAllBytes(temporary, patched);
        File.Move(temporary, copy, overwrite: true);
        return copy;
    }

    /// <summary>The copy's path within a cache, and its bytes.</summary>
    private static (string Name, byte[] Image) Weakened(string library, DllNotFoundException refused)
    {
        var image = File.ReadAllBytes(library);
        var elf = new ElfVersions(image);
        var missing = elf.Needs().Where(n => !n.IsWeak && refused.Message.Contains($"`{n.Version}' not found", StringComparison.Ordinal)).ToList();
        // Without its version, a symbol that is called would end the process at that moment. Better not to start.
        if (missing.Count == 0 || missing.SelectMany(elf.SymbolsOf).Except(Unused, StringComparer.Ordinal).Any())
            throw refused;
        return (Path.Combine(Convert.ToHexStringLower(SHA256.HashData(image).AsSpan(0, 12)), Path.GetFileName(library)), elf.Weaken(missing));
    }

    private static IEnumerable<string> Folders()
    {
        var known = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return known.Append(AppContext.BaseDirectory).Append(Path.Combine(AppContext.BaseDirectory, "runtimes", PortableIdentifier(), "native"));
    }

    private static string PortableIdentifier()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        return $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
    }

    // A service account may have no home, or one that it cannot write to.
    private static IEnumerable<string> Caches() =>
        new[] { Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), Path.Combine(Path.GetTempPath(), $"pipeline-{Environment.UserName}") }
            .Where(parent => parent.Length > 0).Select(parent => Path.Combine(parent, "pipeline", "native"));

    private static string Cache()
    {
        foreach (var folder in Caches())
        {
            try
            {
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(folder);
                else
                    Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                return folder;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
            }
        }
        return Directory.CreateTempSubdirectory("pipeline-native-").FullName;
    }
}
