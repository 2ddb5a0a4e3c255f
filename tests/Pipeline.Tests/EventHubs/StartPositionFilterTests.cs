using Amqp.Framing;
using Amqp.Types;
using Pipeline.Embedded.EventHubs.Amqp;
using Pipeline.Embedded.EventHubs.Log;

namespace Pipeline.Tests.EventHubs;

/// <summary>Where consumers start is written as a selector.</summary>
public class StartPositionFilterTests
{
    public static TheoryData<string, object> Selectors => new()
    {
        { "amqp.annotation.x-opt-offset > '-1'", LogPosition.FromOffset(0) },
        { "amqp.annotation.x-opt-offset >= '480'", LogPosition.FromOffset(480) },
        { "amqp.annotation.x-opt-offset > '@latest'", LogPosition.End },
        { "amqp.annotation.x-opt-sequence-number > '7'", LogPosition.AfterSequenceNumber(7) },
        { " amqp.annotation.x-opt-enqueued-time>'1700000000000' ", LogPosition.AfterTime(1_700_000_000_000) },
    };

    [Theory]
    [MemberData(nameof(Selectors))]
    public void Read_Selector_IsItsPosition(string selector, object position) =>
        Assert.Equal(position, StartPositionFilter.Read(With(new DescribedValue(0x468C00000004UL, selector))));

    [Fact]
    public void Read_NoFilter_IsTheStart() => Assert.Equal(LogPosition.Start, StartPositionFilter.Read(new Source()));

    [Theory]
    [InlineData("")]
    [InlineData("amqp.annotation.x-opt-offset < '3'")]
    [InlineData("amqp.annotation.x-opt-offset > 'three'")]
    [InlineData("amqp.annotation.x-opt-offset > '99999999999999999999'")]
    [InlineData("amqp.annotation.x-opt-offset > '9223372036854775807'")]
    public void Read_AnotherSelector_IsRefused(string selector) =>
        Assert.Throws<FormatException>(() => StartPositionFilter.Read(With(selector)));

    private static Source With(object filter) => new() { FilterSet = new Map { [new Symbol("apache.org:selector-filter:string")] = filter } };
}
