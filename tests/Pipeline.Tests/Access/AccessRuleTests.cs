using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;

namespace Pipeline.Tests.Access;

/// <summary>Every HTTP function of the app says who may call it.</summary>
public class AccessRuleTests
{
    [Fact]
    public void HttpFunction_OfTheApp_SaysWhoMayCallIt()
    {
        var silent = HttpFunctions().Where(method => AccessRule.Of(method) is { Role: null, IsOpen: false }).Select(Name);

        Assert.Empty(silent);
    }

    [Fact]
    public void HttpFunction_OfTheApp_SaysItOnce()
    {
        var both = HttpFunctions().Where(method => method.IsDefined(typeof(RequiresRoleAttribute)) && method.IsDefined(typeof(OpenToAllAttribute))).Select(Name);

        Assert.Empty(both);
    }

    // Readers, submitters and operators come with a key, which the Functions host must have checked; volunteers come with a token, and
    // strangers with nothing.
    [Fact]
    public void HttpFunction_ForPeople_HasTheHostCheckItsKeys()
    {
        var wrong = HttpFunctions().Where(method => AccessRule.Of(method) is { Role: Role.Reader or Role.Submitter or Role.Operator, HostChecksKeys: false } or { Role: Role.Volunteer, HostChecksKeys: true }).Select(Name);

        Assert.Empty(wrong);
    }

    [Fact]
    public void HttpFunctions_OfTheApp_AreFound() => Assert.Contains(HttpFunctions(), method => method.Name == "SubmitAsync");

    [Fact]
    public void Rule_FunctionWithBothAttributes_HasTheRole() => Assert.False(AccessRule.Of(typeof(AccessSamples).GetMethod(nameof(AccessSamples.SaysBoth))).IsOpen);

    private static IEnumerable<MethodInfo> HttpFunctions() =>
        from type in typeof(PipelineApp).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.IsDefined(typeof(FunctionAttribute)) && method.GetParameters().Any(parameter => parameter.IsDefined(typeof(HttpTriggerAttribute)))
        select method;

    private static string Name(MethodInfo method) => $"{method.DeclaringType!.FullName}.{method.Name}";
}
