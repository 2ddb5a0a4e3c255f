using Pipeline.Governance;
using Pipeline.Storage;

namespace Pipeline.Tests.Governance;

/// <summary>Where data may be processed: asked when work is submitted, and again when data is opened and written.</summary>
public sealed class ResidencyTests : IDisposable
{
    private readonly GovernedBed _app = new("westeurope");

    public void Dispose() => _app.Dispose();

    [Theory]
    [InlineData("westeurope", null)]
    [InlineData("eastus", "residency/read")]
    [InlineData(null, "residency/unknown-region")]
    public async Task Submission_InputWithAPolicy_IsAdmittedOnlyWhereItSays(string? region, string? rule)
    {
        using var app = new GovernedBed(region, _app);
        await app.PolicyAsync("datasets/patients", "West Europe", "northeurope");

        await ExpectAsync(rule, () => app.Rules.EnsureAsync(new DataUse("job 1", ["datasets/patients"], []), default));

        var decision = Assert.Single(await app.DecisionsAsync());
        Assert.Equal(("job 1", "admit", rule is null, rule), (decision.For, decision.What, decision.Allowed, decision.Rule));
    }

    [Fact]
    public async Task Submission_DataWithoutPolicies_IsAdmittedAndNoDecision()
    {
        using var app = new GovernedBed(null, _app);

        await app.Rules.EnsureAsync(new DataUse("job 1", ["datasets/flights"], ["datasets/out"]), default);

        Assert.Empty(await app.DecisionsAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("""{"regions":[]}""")]
    [InlineData("""{"regions":"westeurope"}""")]
    [InlineData("""{"regions":["westeurope"],"until":"2030"}""")]
    [InlineData("""{"regions":["west/europe"]}""")]
    [InlineData("""{"regions":["westeurope"],"regions":["eastus"]}""")]
    [InlineData("""{"regions":[["westeurope"]]}""")]
    public async Task Policy_NotUnderstoodInEveryDetail_AllowsNothing(string json)
    {
        await _app.DataAsync("datasets/patients");
        await _app.PolicyTextAsync("datasets/patients", json);

        await ExpectAsync("residency/unreadable", () => _app.Rules.EnsureAsync(new DataUse("job 1", ["datasets/patients"], []), default));
        await ExpectAsync("residency/unreadable", () => _app.Store.OpenReadAsync("datasets", "patients/part.parquet", default));
        await ExpectAsync("residency/unreadable", () => GovernedBed.PutAsync(_app.Store, "datasets/patients", "more.parquet", "rows"));
    }

    [Fact]
    public async Task Policy_TooLarge_AllowsNothing()
    {
        await _app.PolicyTextAsync("datasets/patients", new string(' ', ResidencyPolicy.MaxBytes) + """{"regions":["westeurope"]}""");

        await ExpectAsync("residency/unreadable", () => _app.Rules.EnsureAsync(new DataUse("job 1", ["datasets/patients"], []), default));
    }

    [Theory]
    [InlineData("datasets/patients")]
    [InlineData("models/diagnosis")]
    [InlineData("results/job-1")]
    public async Task Open_PolicyNarrowedAfterAdmission_IsRefusedHoweverItIsOpened(string subject)
    {
        var (container, name) = (subject.Split('/')[0], subject.Split('/')[1]);
        await _app.DataAsync(subject);
        await _app.PolicyAsync(subject, "westeurope");
        await _app.Rules.EnsureAsync(new DataUse("job 1", [subject], []), default);
        await (await _app.Store.OpenReadAsync(container, $"{name}/part.parquet", default)).DisposeAsync();

        await _app.PolicyAsync(subject, "eastus");

        await ExpectAsync("residency/read", () => _app.Store.OpenReadAsync(container, $"{name}/part.parquet", default));
        await ExpectAsync("residency/read", () => _app.Store.ReadRangeAsync(container, $"{name}/part.parquet", 0, new byte[4], null, default));
        await ExpectAsync("residency/read", () => Task.FromResult(_app.Store.LocalPath(container, $"{name}/part.parquet")));
        await ExpectAsync("residency/write", () => GovernedBed.PutAsync(_app.Store, subject, "more.parquet", "rows"));
    }

    [Fact]
    public async Task Write_ToANewDataset_CarriesTheInputsPolicyOn()
    {
        await InputsAsync();

        await _app.WriteAsJobAsync("1", "datasets/out");
        await _app.WriteAsJobAsync("1", "datasets/out");

        Assert.Equal("northeurope, westeurope", await _app.RegionsAsync("datasets/out"));
        Assert.Single(await _app.DecisionsAsync(), d => d.What == "inherit" && d.Subjects.Contains("datasets/out"));
    }

    [Theory]
    [InlineData("models/m")]
    [InlineData("results/1")]
    public async Task Write_ToAModelOrAResult_CarriesTheInputsPolicyOn(string output)
    {
        await InputsAsync();

        await _app.WriteAsJobAsync("1", output);

        using var elsewhere = new GovernedBed("eastus", _app);
        await ExpectAsync("residency/read", () => elsewhere.Rules.EnsureAsync(new DataUse("predict", [output], []), default));
    }

    [Theory]
    [InlineData("westeurope", null)]
    [InlineData("westeurope,northeurope", null)]
    [InlineData("westeurope,northeurope,eastus", "residency/inherit")]
    [InlineData("westeurope,francecentral", "residency/inherit")]
    [InlineData("northeurope", "residency/write")]
    public async Task Write_ToADatasetWithAPolicy_MustNotBeWiderThanTheInputs(string regions, string? rule)
    {
        await InputsAsync();
        await _app.PolicyAsync("datasets/out", regions.Split(','));

        await ExpectAsync(rule, () => _app.Rules.EnsureAsync(_app.Jobs["1"], default));
        await ExpectAsync(rule, () => _app.WriteAsJobAsync("1", "datasets/out"));
    }

    [Fact]
    public async Task Write_ToADatasetThatMayBeAnywhere_IsRefused()
    {
        await InputsAsync();
        await _app.DataAsync("datasets/out");

        await ExpectAsync("residency/inherit", () => _app.Rules.EnsureAsync(_app.Jobs["1"], default));
        await ExpectAsync("residency/inherit", () => _app.WriteAsJobAsync("1", "datasets/out"));
        Assert.Null(await _app.RegionsAsync("datasets/out"));
    }

    [Fact]
    public async Task Write_InputsWithNoRegionInCommon_IsRefusedEvenIfReadingOneIsNot()
    {
        await _app.PolicyAsync("datasets/a", "westeurope", "eastus");
        await _app.PolicyAsync("datasets/b", "northeurope", "eastus");
        using var app = new GovernedBed("eastus", _app);
        await app.Rules.EnsureAsync(new DataUse("job 1", ["datasets/a", "datasets/b"], ["datasets/out"]), default);

        await app.PolicyAsync("datasets/a", "westeurope");

        await ExpectAsync("residency/read", () => app.Rules.EnsureAsync(new DataUse("job 1", ["datasets/a", "datasets/b"], ["datasets/out"]), default));
    }

    [Fact]
    public async Task Write_PolicyGivenToAnInputWhileTheJobRuns_CountsForItsOutput()
    {
        _app.Jobs["1"] = new DataUse("job 1", ["datasets/patients"], ["datasets/out"]);
        await _app.Rules.EnsureAsync(_app.Jobs["1"], default);

        await _app.PolicyAsync("datasets/patients", "eastus");

        await ExpectAsync("residency/read", () => _app.WriteAsJobAsync("1", "datasets/out"));
    }

    [Fact]
    public async Task Rows_OfDataWithAPolicy_DoNotLeaveTheStore()
    {
        await InputsAsync();

        await ExpectAsync("residency/leave", () => _app.Rules.EnsureAsync(new DataUse("stream s", ["datasets/patients"], []) { LeavesBy = ["a webhook of example.net"] }, default));
    }

    [Fact]
    public async Task Upload_FromAnAppElsewhere_IsRefused()
    {
        await _app.PolicyAsync("datasets/patients", "westeurope");
        using var elsewhere = new GovernedBed("eastus", _app);

        await ExpectAsync("residency/write", () => GovernedBed.PutAsync(elsewhere.Store, "datasets/patients", "part.parquet", "rows"));
    }

    [Fact]
    public async Task Audit_TheSameDecisionForEveryRange_IsOneRecord()
    {
        await _app.DataAsync("datasets/patients");
        await _app.PolicyAsync("datasets/patients", "westeurope");

        for (var i = 0; i < 20; i++)
            await _app.Store.ReadRangeAsync("datasets", "patients/part.parquet", 0, new byte[4], null, default);

        Assert.Equal("read", Assert.Single(await _app.DecisionsAsync()).What);
    }

    [Theory]
    [InlineData("West Europe", "westeurope")]
    [InlineData("westeurope", "westeurope")]
    [InlineData("North Central US", "northcentralus")]
    [InlineData("../x", null)]
    [InlineData("", null)]
    public void Region_AsPeopleWriteIt_HasOneForm(string text, string? name) => Assert.Equal(name, Region.Normalise(text));

    private async Task InputsAsync()
    {
        await _app.PolicyAsync("datasets/patients", "westeurope", "northeurope");
        await _app.PolicyAsync("datasets/clinics", "westeurope", "northeurope", "francecentral");
        _app.Jobs["1"] = new DataUse("job 1", ["datasets/patients", "datasets/clinics", "datasets/flights"], ["datasets/out"]);
    }

    private static async Task ExpectAsync(string? rule, Func<Task> act)
    {
        if (rule is null)
        {
            await act();
            return;
        }
        var refused = await Assert.ThrowsAsync<DataPolicyException>(act);
        Assert.Equal(rule, refused.Rule);
        Assert.StartsWith($"Rule {rule}: ", refused.Message, StringComparison.Ordinal);
    }
}
