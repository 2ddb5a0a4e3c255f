using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Converters;

namespace Pipeline.Tests.Durable;

public sealed class JsonTests : DurableTest
{
    private static readonly JsonDataConverter Json = JsonDataConverter.Default;

    private enum Color
    {
        Green = 5,
    }

    [Fact]
    public void Serialize_Record_WritesNamesAsDeclaredAndNulls() =>
        Assert.Equal("""{"Name":"a","Missing":null}""", Json.Serialize(new Named("a", null)));

    [Fact]
    public void Deserialize_NamesInAnotherCaseAndUnknownOnes_AreReadAndIgnored() =>
        Assert.Equal(new Named("a", null), Json.Deserialize<Named>("""{"NAME":"a","other":1}"""));

    [Fact]
    public void Deserialize_Empty_GivesTheDefault()
    {
        Assert.Equal(0, Json.Deserialize<int>(null));
        Assert.Null(Json.Deserialize<string>(null));
    }

    [Fact]
    public void Serialize_Enum_WritesItsNumber()
    {
        Assert.Equal("5", Json.Serialize(Color.Green));
        Assert.Throws<JsonException>(() => Json.Deserialize<Color>("\"Green\""));
    }

    [Fact]
    public void Serialize_DatesAndTimes_WritesIsoTexts()
    {
        Assert.Equal("\"2024-02-29T12:30:15.123Z\"", Json.Serialize(new DateTime(2024, 2, 29, 12, 30, 15, 123, DateTimeKind.Utc)));
        Assert.Equal("\"2024-02-29T12:30:15\"", Json.Serialize(new DateTime(2024, 2, 29, 12, 30, 15)));
        Assert.Equal("\"01:30:30\"", Json.Serialize(new TimeSpan(1, 30, 30)));
        Assert.Equal("\"2024-02-29\"", Json.Serialize(new DateOnly(2024, 2, 29)));
    }

    [Fact]
    public void Serialize_SpecialCharacters_EscapesThem()
    {
        var json = Json.Serialize("ä<&'\"😀");
        Assert.Equal("\"\\u00E4\\u003C\\u0026\\u0027\\u0022\\uD83D\\uDE00\"", json);
        Assert.Equal("ä<&'\"😀", Json.Deserialize<string>(json));
    }

    [Fact]
    public void Serialize_DerivedObject_WritesItsRunTimeTypeWithoutDiscriminator() =>
        Assert.Equal("""{"Bark":"loud","Kind":"dog"}""", Json.Serialize((Animal)new Dog("dog", "loud")));

    [Fact]
    public void Serialize_Members_HonoursAttributesAndSkipsFields() =>
        Assert.Equal("""{"renamed":1,"ReadOnly":2}""", Json.Serialize(new Members()));

    [Fact]
    public void Serialize_ValueTuple_WritesNothingOfIt() => Assert.Equal("{}", Json.Serialize((1, 2)));

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("18446744073709551615")]
    public async Task Numbers_LargerThanADoubleHolds_StayExact(string number)
    {
        Functions.Activity<ulong, ulong>("Same", x => x);
        Functions.Orchestrator("Pass", context => context.CallActivityAsync<ulong>("Same", context.GetInput<ulong>()));

        Assert.Equal(ulong.Parse(number), await ResultAsync<ulong>("Pass", ulong.Parse(number)));
    }

    // The official host passes activity results through a double.
    [Fact]
    public async Task Decimals_ThroughAnActivity_StayExact()
    {
        const decimal Value = 12345678901234567890.123456789m;
        Functions.Activity<decimal, decimal>("Same", x => x);
        Functions.Orchestrator("Pass", context => context.CallActivityAsync<decimal>("Same", context.GetInput<decimal>()));

        Assert.Equal(Value, await ResultAsync<decimal>("Pass", Value));
    }

    [Fact]
    public async Task NotANumber_AsInput_ThrowsInTheCaller()
    {
        Functions.Orchestrator("Call", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Echo", double.NaN);
            }
            catch (ArgumentException)
            {
                return "refused";
            }
        });

        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync("Call", double.NaN));
        Assert.Equal("refused", await ResultAsync<string>("Call"));
    }

    [Fact]
    public async Task NoInput_GivesTheDefaultAndNullSerializedInput()
    {
        Functions.Orchestrator("Read", context => Task.FromResult($"{context.GetInput<int>()},{context.GetInput<string>() is null}"));
        var end = await RunAsync("Read");

        Assert.Null(end.SerializedInput);
        Assert.Equal("0,True", Result<string>(end));
    }

    [Fact]
    public async Task InputOfTheWrongType_FailsTheInstanceWithTheJsonError()
    {
        Functions.Orchestrator("Read", context => Task.FromResult(context.GetInput<int>()));
        var end = await RunAsync("Read", "text");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.StartsWith(
            "System.Text.Json.JsonException: The JSON value could not be converted to System.Int32. Path: $", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoResult_HasNoOutput()
    {
        Functions.Orchestrator("Nothing", _ => Task.CompletedTask);
        Functions.Orchestrator("Null", _ => Task.FromResult<string?>(null));

        Assert.Null((await RunAsync("Nothing")).SerializedOutput);
        Assert.Null((await RunAsync("Null")).SerializedOutput);
    }

    [Fact]
    public async Task TextResult_IsJsonWithQuotes()
    {
        Functions.Orchestrator("Text", _ => Task.FromResult("quick"));
        Assert.Equal("\"quick\"", (await RunAsync("Text")).SerializedOutput);
    }

    [Fact]
    public async Task ReadOutputAs_NotFetched_Throws()
    {
        Functions.Orchestrator("Text", _ => Task.FromResult("quick"));
        var end = await RunAsync("Text");
        var without = await Client.GetInstanceAsync(end.InstanceId, false, Limit);

        Assert.Null(without!.SerializedOutput);
        Assert.Null(without.SerializedCustomStatus);
        var error = Assert.Throws<InvalidOperationException>(() => without.ReadOutputAs<string>());
        Assert.Contains("fetched with the option to include output data", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallActivity_AsObject_GivesAJsonElement()
    {
        Functions.Orchestrator("Object", async context => (await context.CallActivityAsync<object>("Echo", "x")).GetType().Name);
        Assert.Equal(nameof(JsonElement), await ResultAsync<string>("Object"));
    }

    [Fact]
    public async Task ActivityResult_OfAnotherType_ConvertsNumbersAndThrowsJsonExceptionOtherwise()
    {
        Functions.Orchestrator("Other", async context =>
        {
            var wide = await context.CallActivityAsync<long>("Increment", 1);
            try
            {
                await context.CallActivityAsync<string>("Increment", 1);
            }
            catch (JsonException)
            {
                return wide;
            }

            return -1;
        });

        Assert.Equal(2, await ResultAsync<long>("Other"));
    }

    [Fact]
    public async Task ActivityWithoutResult_CalledWithOne_GivesTheDefault()
    {
        Functions.RawActivity("Nothing", (_, _) => Task.FromResult<string?>(null));
        Functions.Orchestrator("Call", async context =>
            $"{await context.CallActivityAsync<int>("Nothing")},{await context.CallActivityAsync<string>("Nothing") is null}");

        Assert.Equal("0,True", await ResultAsync<string>("Call"));
    }

    [Fact]
    public async Task ActivityInput_NullOrEmpty_ArrivesAsItIs()
    {
        Functions.RawActivity("Raw", (_, json) => Task.FromResult<string?>(JsonSerializer.Serialize(json ?? "none")));
        Functions.Orchestrator("Call", async context =>
            await context.CallActivityAsync<string>("Raw") + await context.CallActivityAsync<string>("Raw", string.Empty));

        Assert.Equal("none\"\"", await ResultAsync<string>("Call"));
    }

    [Fact]
    public async Task Activity_IsToldTheInstanceId()
    {
        Functions.RawActivity("Who", (id, _) => Task.FromResult<string?>(JsonSerializer.Serialize(id)));
        Functions.Orchestrator("Call", context => context.CallActivityAsync<string>("Who"));
        var end = await RunAsync("Call");

        Assert.Equal(end.InstanceId, Result<string>(end));
    }

    private sealed record Named(string Name, string? Missing);

    [JsonDerivedType(typeof(Dog), "dog")]
    private record Animal(string Kind);

    private sealed record Dog(string Kind, string Bark) : Animal(Kind);

    private sealed class Members
    {
        public int Field = 4;

        [JsonPropertyName("renamed")]
        public int Named { get; } = 1;

        [JsonIgnore]
        public int Ignored => Field;

        public int ReadOnly { get; } = 2;

        internal int Internal { get; } = 3;
    }
}
