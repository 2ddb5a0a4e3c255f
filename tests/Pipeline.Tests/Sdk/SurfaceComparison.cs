namespace Pipeline.Tests.Sdk;

/// <summary>What the embedded SDK has beyond the official packages, and what it lacks of them, one line a fault.</summary>
internal static class SurfaceComparison
{
    /// <summary>Everything declared that the official packages do not have just so.</summary>
    public static IReadOnlyList<string> Invented(IEnumerable<SurfaceType> declared, IEnumerable<SurfaceType> official)
    {
        var known = official.ToDictionary(type => type.Name);
        return [.. declared.SelectMany(type => known.TryGetValue(type.Name, out var original)
            ? Shape(type, original).Concat(type.Members.Except(original.Members).Select(member => $"{type.Name}: the official type has no such member: {member}"))
            : [$"{type.Name}: the official packages have no such type"])];
    }

    /// <summary>Every official type, and every member of a type that is declared, that is left out: its name, or its name and member.</summary>
    public static IReadOnlyList<string> LeftOut(IEnumerable<SurfaceType> declared, IEnumerable<SurfaceType> official)
    {
        var present = declared.ToDictionary(type => type.Name);
        return [.. official.SelectMany(type => present.TryGetValue(type.Name, out var ours)
            ? type.Members.Except(ours.Members).Select(member => $"{type.Name}: {member}")
            : [type.Name])];
    }

    private static IEnumerable<string> Shape(SurfaceType type, SurfaceType original)
    {
        if (type.Kind != original.Kind)
        {
            yield return $"{type.Name}: is a {type.Kind}, officially a {original.Kind}";
        }

        if (type.Base != original.Base)
        {
            yield return $"{type.Name}: derives from '{type.Base}', officially from '{original.Base}'";
        }

        if (type.Usage != original.Usage)
        {
            yield return $"{type.Name}: may be put on '{type.Usage}', officially on '{original.Usage}'";
        }
    }
}
