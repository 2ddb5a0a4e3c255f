using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace Pipeline.ApiDocs;

/// <summary>What the comments in the code say about functions, types and their fields: the compiler puts them into a file beside the
/// assembly. Where that file was left out, nothing is said.</summary>
internal sealed class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    public XmlDocs(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        _members = File.Exists(file)
            ? XDocument.Load(file).Descendants("member").DistinctBy(m => (string)m.Attribute("name")!).ToDictionary(m => (string)m.Attribute("name")!)
            : [];
    }

    /// <summary>What a function does.</summary>
    public string? Of(MethodInfo method)
    {
        var name = $"M:{method.DeclaringType!.FullName}.{method.Name}(";
        return _members.FirstOrDefault(m => m.Key.StartsWith(name, StringComparison.Ordinal)).Value is { } member ? Text(member.Element("summary")) : null;
    }

    /// <summary>What a type is.</summary>
    public string? Of(Type type) => _members.TryGetValue($"T:{Name(type)}", out var member) ? Text(member.Element("summary")) : null;

    /// <summary>What a property means: it, or the parameter of the record.</summary>
    public string? Of(MemberInfo property)
    {
        var type = Name(property.DeclaringType!);
        if (_members.TryGetValue($"P:{type}.{property.Name}", out var own) && Text(own.Element("summary")) is { } text)
            return text;
        return _members.TryGetValue($"T:{type}", out var record)
            ? Text(record.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == property.Name)) : null;
    }

    private static string Name(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string? Text(XElement? element)
    {
        if (element is null)
            return null;
        var text = new StringBuilder();
        foreach (var node in element.DescendantNodes())
        {
            if (node is XText part)
                text.Append(part.Value);
            else if (node is XElement { IsEmpty: true } reference)
                text.Append(((string?)reference.Attribute("cref") ?? (string?)reference.Attribute("langword") ?? (string?)reference.Attribute("name") ?? "").Split('(')[0].Split('.', ':')[^1]);
        }
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
