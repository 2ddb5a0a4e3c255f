using System.Globalization;
using System.Text;
using Pipeline.Storage;

namespace Pipeline.Tests.Storage;

/// <summary>What every object store does. Each store's tests derive from this.</summary>
public abstract class ObjectStoreContract
{
    private static readonly CancellationToken s_ct = CancellationToken.None;

    private readonly string _container = "c" + Guid.NewGuid().ToString("N");

    /// <summary>The store under test.</summary>
    protected abstract IObjectStore Store { get; }

    /// <summary>Another store over the same data, as another process would have.</summary>
    protected abstract IObjectStore OtherStore();

    [SkippableFact]
    public async Task Write_NewObject_CanBeFoundAndRead()
    {
        var written = await WriteAsync("a/b/c.txt", "hello");

        Assert.Equal((_container, "a/b/c.txt", 5L), (written.Container, written.Path, written.Length));
        Assert.Equal(written, await Store.FindAsync(_container, "a/b/c.txt", s_ct));
        Assert.Equal("hello", await ReadAsync("a/b/c.txt"));
    }

    [SkippableFact]
    public async Task Write_EmptyObject_HasLengthZero()
    {
        var written = await WriteAsync("empty", "");

        Assert.Equal(0, written.Length);
        Assert.Equal("", await ReadAsync("empty"));
    }

    [SkippableFact]
    public async Task Write_ManyMegabytes_ComesBackByteForByte()
    {
        var bytes = new byte[9_000_001];
        new Random(1).NextBytes(bytes);
        await Store.WriteAsync(_container, "large", new OneWayStream(bytes), WriteCondition.None, s_ct);

        await using var stream = await Store.OpenReadAsync(_container, "large", s_ct);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        Assert.True(bytes.AsSpan().SequenceEqual(copy.GetBuffer().AsSpan(0, (int)copy.Length)));
    }

    [SkippableFact]
    public async Task Write_StreamInTheMiddle_WritesFromItsPosition()
    {
        var content = new MemoryStream("skipped:kept"u8.ToArray()) { Position = 8 };
        await Store.WriteAsync(_container, "a", content, WriteCondition.None, s_ct);

        Assert.Equal("kept", await ReadAsync("a"));
        Assert.True(content.CanRead, "the stream belongs to the caller");
    }

    [SkippableFact]
    public async Task Write_OfTheSameBytesAgain_ChangesTheETag()
    {
        var etags = new HashSet<string>();
        for (var i = 0; i < 20; i++) etags.Add((await WriteAsync("same", "x")).ETag);

        Assert.Equal(20, etags.Count);
    }

    [SkippableFact]
    public async Task Find_AfterReopening_GivesTheSameETag()
    {
        var written = await WriteAsync("a", "x");

        Assert.Equal(written, await OtherStore().FindAsync(_container, "a", s_ct));
    }

    [SkippableFact]
    public async Task Find_MissingObjectOrContainer_GivesNull()
    {
        Assert.Null(await Store.FindAsync(_container, "none", s_ct));
        await WriteAsync("a", "x");
        Assert.Null(await Store.FindAsync(_container, "none", s_ct));
        Assert.Null(await Store.FindAsync(_container, "A", s_ct));
    }

    [SkippableFact]
    public async Task OpenRead_MissingObject_SaysWhichIsMissing()
    {
        var e = await Assert.ThrowsAsync<ObjectNotFoundException>(() => Store.OpenReadAsync(_container, "x/none", s_ct));

        Assert.Equal($"There is no object 'x/none' in container '{_container}'.", e.Message);
        await WriteAsync("x/other", "x");
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => Store.OpenReadAsync(_container, "x/none", s_ct));
        await Assert.ThrowsAsync<ObjectNotFoundException>(() => Store.OpenReadAsync(_container, "x", s_ct));
    }

    [SkippableFact]
    public async Task OpenRead_ObjectReplacedWhileReading_GivesTheOldVersionOrAnErrorButNoMixture()
    {
        var old = new string('o', 6_000_000);
        await WriteAsync("a", old);
        await using var stream = await Store.OpenReadAsync(_container, "a", s_ct);
        var start = new byte[10];
        await stream.ReadExactlyAsync(start);
        await WriteAsync("a", new string('n', 6_000_000));

        try
        {
            using var rest = new StreamReader(stream);
            Assert.Equal(old[10..], await rest.ReadToEndAsync());
        }
        catch (StorageException e)
        {
            Assert.Contains("replaced", e.Message, StringComparison.Ordinal);
        }
    }

    [SkippableTheory]
    [InlineData(0, 3, "abc")]
    [InlineData(2, 4, "cdef")]
    [InlineData(4, 10, "ef")]
    [InlineData(6, 2, "")]
    [InlineData(600, 2, "")]
    [InlineData(1, 0, "")]
    public async Task ReadRange_AnyOffset_GivesTheBytesThatThereAre(long offset, int count, string expected)
    {
        var written = await WriteAsync("a", "abcdef");
        var buffer = new byte[count];

        foreach (var ifMatch in new[] { null, written.ETag })
        {
            var read = await Store.ReadRangeAsync(_container, "a", offset, buffer, ifMatch, s_ct);
            Assert.Equal(expected, Encoding.UTF8.GetString(buffer, 0, read));
        }
    }

    [SkippableFact]
    public async Task ReadRange_EmptyObject_GivesNothing()
    {
        await WriteAsync("a", "");

        Assert.Equal(0, await Store.ReadRangeAsync(_container, "a", 0, new byte[8], null, s_ct));
    }

    [SkippableFact]
    public async Task ReadRange_MissingObject_SaysWhichIsMissing() =>
        await Assert.ThrowsAsync<ObjectNotFoundException>(
            () => Store.ReadRangeAsync(_container, "none", 0, new byte[1], null, s_ct));

    [SkippableFact]
    public async Task ReadRange_OfAReplacedVersion_Fails()
    {
        var first = await WriteAsync("a", "one");
        await WriteAsync("a", "two");

        await Assert.ThrowsAsync<ConditionFailedException>(
            () => Store.ReadRangeAsync(_container, "a", 0, new byte[3], first.ETag, s_ct));
    }

    [SkippableFact]
    public async Task WriteIfAbsent_ObjectExists_FailsAndChangesNothing()
    {
        await Store.WriteAsync(_container, "a", Bytes("one"), WriteCondition.IfAbsent, s_ct);
        var e = await Assert.ThrowsAsync<ConditionFailedException>(
            () => Store.WriteAsync(_container, "a", Bytes("two"), WriteCondition.IfAbsent, s_ct));

        Assert.Contains("exists already", e.Message, StringComparison.Ordinal);
        Assert.Equal("one", await ReadAsync("a"));
    }

    [SkippableFact]
    public async Task WriteIfMatch_CurrentVersion_Replaces()
    {
        var first = await WriteAsync("a", "one");
        var second = await Store.WriteAsync(_container, "a", Bytes("two"), WriteCondition.IfMatch(first.ETag), s_ct);

        Assert.NotEqual(first.ETag, second.ETag);
        Assert.Equal("two", await ReadAsync("a"));
    }

    [SkippableFact]
    public async Task WriteIfMatch_ReplacedOrDeletedVersion_Fails()
    {
        var first = await WriteAsync("a", "one");
        await WriteAsync("a", "two");
        var stale = WriteCondition.IfMatch(first.ETag);
        await Assert.ThrowsAsync<ConditionFailedException>(() => Store.WriteAsync(_container, "a", Bytes("three"), stale, s_ct));
        Assert.Equal("two", await ReadAsync("a"));

        await Store.DeleteAsync(_container, "a", s_ct);
        await Assert.ThrowsAsync<ConditionFailedException>(() => Store.WriteAsync(_container, "a", Bytes("three"), stale, s_ct));
        Assert.Null(await Store.FindAsync(_container, "a", s_ct));
    }

    [SkippableFact]
    public async Task WriteIfMatch_CountersOfManyWriters_LosesNoIncrement()
    {
        const int Writers = 4, Increments = 8;
        await WriteAsync("counter", "0");
        async Task IncrementAsync(IObjectStore store)
        {
            for (var done = 0; done < Increments;)
            {
                var info = (await store.FindAsync(_container, "counter", s_ct))!;
                var buffer = new byte[info.Length];
                try
                {
                    await store.ReadRangeAsync(_container, "counter", 0, buffer, info.ETag, s_ct);
                    var next = int.Parse(Encoding.UTF8.GetString(buffer), CultureInfo.InvariantCulture) + 1;
                    await store.WriteAsync(_container, "counter", Bytes(Text(next)), WriteCondition.IfMatch(info.ETag), s_ct);
                    done++;
                }
                catch (ConditionFailedException)
                {
                    // Another writer came first: read again.
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(() => IncrementAsync(i % 2 == 0 ? Store : OtherStore()))));

        Assert.Equal(Text(Writers * Increments), await ReadAsync("counter"));
    }

    [SkippableFact]
    public async Task WriteIfAbsent_ManyWritersAtOnce_OneSucceeds()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var store = i % 2 == 0 ? Store : OtherStore();
            try
            {
                await store.WriteAsync(_container, "claim", Bytes(Text(i)), WriteCondition.IfAbsent, s_ct);
                return i;
            }
            catch (ConditionFailedException)
            {
                return -1;
            }
        })));

        var winner = Assert.Single(outcomes, i => i >= 0);
        Assert.Equal(Text(winner), await ReadAsync("claim"));
    }

    [SkippableFact]
    public async Task Write_ManyLargeObjectsOfOneNameAtOnce_LeavesOneOfThemWhole()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            var content = new byte[20_000_000];
            Array.Fill(content, (byte)i);
            await (i % 2 == 0 ? Store : OtherStore()).WriteAsync(_container, "large", new MemoryStream(content), WriteCondition.None, s_ct);
        })));

        var info = (await Store.FindAsync(_container, "large", s_ct))!;
        var read = new byte[info.Length];
        await Store.ReadRangeAsync(_container, "large", 0, read, info.ETag, s_ct);
        Assert.Equal(20_000_000, read.Length);
        Assert.True(read.AsSpan().IndexOfAnyExcept(read[0]) < 0, "two writers' bytes are mixed");
    }

    [SkippableFact]
    public async Task Write_ContentFailsMidWay_LeavesTheOldVersion()
    {
        var old = await WriteAsync("a", "old");

        await Assert.ThrowsAsync<InvalidDataException>(
            () => Store.WriteAsync(_container, "a", new OneWayStream(new byte[5_000_000]) { FailAtEnd = true }, WriteCondition.None, s_ct));

        Assert.Equal(old, await Store.FindAsync(_container, "a", s_ct));
        Assert.Equal(["a"], await ListAsync(""));
    }

    [SkippableFact]
    public async Task Write_Cancelled_LeavesTheOldVersion()
    {
        var old = await WriteAsync("a", "old");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Store.WriteAsync(_container, "a", Bytes("new"), WriteCondition.None, cancelled.Token));

        Assert.Equal(old, await Store.FindAsync(_container, "a", s_ct));
    }

    [SkippableFact]
    public async Task List_MissingContainer_IsEmpty() => Assert.Empty(await ListAsync(""));

    [SkippableFact]
    public async Task List_ManyObjects_IsInOrdinalOrderOfTheWholePath()
    {
        string[] paths = ["a/x", "a.txt", "a-b/x", "a0", "B", "_SUCCESS", "a/b/c", "b", "a b", "é", "a/x.txt"];
        foreach (var path in paths) await WriteAsync(path, path);

        Assert.Equal(paths.Order(StringComparer.Ordinal), await ListAsync(""));
    }

    [SkippableTheory]
    [InlineData("", "a/1,a/2,ab/3,b")]
    [InlineData("a", "a/1,a/2,ab/3")]
    [InlineData("a/", "a/1,a/2")]
    [InlineData("a/2", "a/2")]
    [InlineData("ab", "ab/3")]
    [InlineData("a/1/", "")]
    [InlineData("c", "")]
    [InlineData("A", "")]
    public async Task List_WithPrefix_GivesThePathsThatStartWithIt(string prefix, string expected)
    {
        foreach (var path in new[] { "a/1", "a/2", "ab/3", "b" }) await WriteAsync(path, "x");

        Assert.Equal(expected, string.Join(',', await ListAsync(prefix)));
    }

    [SkippableFact]
    public async Task List_GivesTheSameAsFind()
    {
        await WriteAsync("a/1", "one");
        await WriteAsync("a/2", "three");

        await foreach (var info in Store.ListAsync(_container, "", s_ct))
            Assert.Equal(await Store.FindAsync(_container, info.Path, s_ct), info);
    }

    [SkippableFact]
    public async Task Delete_Object_IsGoneAndItsFolderTakesObjectsAgain()
    {
        await WriteAsync("a/b/c", "x");

        Assert.True(await Store.DeleteAsync(_container, "a/b/c", s_ct));
        Assert.False(await Store.DeleteAsync(_container, "a/b/c", s_ct));
        Assert.Null(await Store.FindAsync(_container, "a/b/c", s_ct));
        Assert.Empty(await ListAsync(""));

        await WriteAsync("a/b/d", "y");
        Assert.Equal(["a/b/d"], await ListAsync("a"));
    }

    [SkippableFact]
    public async Task Delete_MissingObjectOrContainer_IsFalse()
    {
        Assert.False(await Store.DeleteAsync(_container, "none", s_ct));
        await WriteAsync("a", "x");
        Assert.False(await Store.DeleteAsync(_container, "none", s_ct));
    }

    [SkippableFact]
    public async Task Names_DifferingInCase_AreDifferentObjects()
    {
        await WriteAsync("A", "upper");
        Skip.If(Store is DirectoryObjectStore && await Store.FindAsync(_container, "a", s_ct) is not null, "this file system ignores case");
        await WriteAsync("a", "lower");

        Assert.Equal("upper", await ReadAsync("A"));
        Assert.Equal(["A", "a"], await ListAsync(""));
    }

    [SkippableFact]
    public async Task Names_WithSpacesPercentSignsAndOtherScripts_StayAsTheyAre()
    {
        string[] paths = ["at=2001-01-01 00%3A00/part 1.parquet", "100%", "città/日本語", "a+b&c=d#e"];
        foreach (var path in paths) await WriteAsync(path, path);

        foreach (var path in paths) Assert.Equal(path, await ReadAsync(path));
        Assert.Equal(paths.Order(StringComparer.Ordinal), await ListAsync(""));
    }

    [SkippableTheory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\0b")]
    public async Task EveryMethod_ForbiddenPath_IsRefused(string path)
    {
        await Assert.ThrowsAsync<InvalidObjectNameException>(() => Store.FindAsync(_container, path, s_ct));
        await Assert.ThrowsAsync<InvalidObjectNameException>(() => Store.OpenReadAsync(_container, path, s_ct));
        await Assert.ThrowsAsync<InvalidObjectNameException>(() => Store.ReadRangeAsync(_container, path, 0, new byte[1], null, s_ct));
        await Assert.ThrowsAsync<InvalidObjectNameException>(
            () => Store.WriteAsync(_container, path, Bytes("x"), WriteCondition.None, s_ct));
        await Assert.ThrowsAsync<InvalidObjectNameException>(() => Store.DeleteAsync(_container, path, s_ct));
        Assert.Throws<InvalidObjectNameException>(() => Store.LocalPath(_container, path));
    }

    [SkippableTheory]
    [InlineData("..")]
    [InlineData(".store")]
    [InlineData("Upper")]
    public async Task EveryMethod_ForbiddenContainer_IsRefused(string container)
    {
        await Assert.ThrowsAsync<InvalidObjectNameException>(() => Store.FindAsync(container, "a", s_ct));
        await Assert.ThrowsAsync<InvalidObjectNameException>(
            () => Store.WriteAsync(container, "a", Bytes("x"), WriteCondition.None, s_ct));
        await Assert.ThrowsAsync<InvalidObjectNameException>(() => Store.ListAsync(container, "", s_ct).FirstOrDefaultAsync().AsTask());
    }

    /// <summary>The container of this test.</summary>
    protected string Container => _container;

    protected Task<ObjectInfo> WriteAsync(string path, string text) =>
        Store.WriteAsync(_container, path, Bytes(text), WriteCondition.None, s_ct);

    protected async Task<string> ReadAsync(string path)
    {
        using var reader = new StreamReader(await Store.OpenReadAsync(_container, path, s_ct));
        return await reader.ReadToEndAsync();
    }

    protected async Task<List<string>> ListAsync(string prefix) =>
        await Store.ListAsync(_container, prefix, s_ct).Select(info => info.Path).ToListAsync();

    protected static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
