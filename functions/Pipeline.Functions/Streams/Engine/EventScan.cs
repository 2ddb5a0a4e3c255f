using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DuckDB.NET.Native;
using Pipeline.Sql;

namespace Pipeline.Streams;

/// <summary>
/// The table of events as DuckDB reads it: a table function over the batch at hand that copies whole runs of values into DuckDB's
/// vectors, and of text only where it lies. So a prepared statement goes over a batch without loading it first.
/// </summary>
internal sealed unsafe class EventScan : IDisposable
{
    private const int VectorSize = 2048;

    /// <summary>DuckDB takes the larger side of a join as the one whose rows it looks up, in their order: events must be that side.</summary>
    private const ulong Cardinality = 1_000_000_000;

    private readonly IReadOnlyList<EventColumnSchema> _columns;
    private readonly GCHandle _self;
    private int[] _projected = [];
    private EventBatch? _batch;
    private int[]? _selection;
    private int _start;
    private int _end;
    private int _position;

    private EventScan(IReadOnlyList<EventColumnSchema> columns)
    {
        _columns = columns;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>Makes the table function of a session; dispose it after the session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="columns">The columns of the batches to come, all of them.</param>
    public static EventScan Register(DuckDbSession session, string name, IReadOnlyList<EventColumnSchema> columns)
    {
        var scan = new EventScan(columns);
        var function = NativeMethods.TableFunction.DuckDBCreateTableFunction();
        try
        {
            NativeMethods.TableFunction.DuckDBTableFunctionSetName(function, name);
            NativeMethods.TableFunction.DuckDBTableFunctionSetExtraInfo(function, GCHandle.ToIntPtr(scan._self), &Nothing);
            NativeMethods.TableFunction.DuckDBTableFunctionSetBind(function, &Bind);
            NativeMethods.TableFunction.DuckDBTableFunctionSetInit(function, &Init);
            NativeMethods.TableFunction.DuckDBTableFunctionSetFunction(function, &Read);
            NativeMethods.TableFunction.DuckDBTableFunctionSupportsProjectionPushdown(function, true);
            if (NativeMethods.TableFunction.DuckDBRegisterTableFunction(session.Native, function) != DuckDBState.Success)
            {
                throw new InvalidOperationException("DuckDB does not take the table of events.");
            }

            return scan;
        }
        catch
        {
            scan.Dispose();
            throw;
        }
        finally
        {
            NativeMethods.TableFunction.DuckDBDestroyTableFunction(ref function);
        }
    }

    /// <summary>Sets what the next statements read: events [from, to) of a batch; or of a selection of its events.</summary>
    public void Use(EventBatch batch, int[]? selection, int from, int to) => (_batch, _selection, _start, _end) = (batch, selection, from, to);

    /// <summary>Lets go of the batch.</summary>
    public void Release() => (_batch, _selection, _start, _end) = (null, null, 0, 0);

    public void Dispose()
    {
        if (_self.IsAllocated) _self.Free();
    }

    private static EventScan From(IntPtr handle) => (EventScan)GCHandle.FromIntPtr(handle).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Nothing(IntPtr data)
    {
        // The scan outlives the session, and frees its handle itself.
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Bind(IntPtr info)
    {
        try
        {
            foreach (var column in From(NativeMethods.TableFunction.DuckDBBindGetExtraInfo(info))._columns)
            {
                using var type = column.Type == EventColumnType.Decimal
                    ? NativeMethods.LogicalType.DuckDBCreateDecimalType((byte)column.Precision, (byte)column.Scale)
                    : NativeMethods.LogicalType.DuckDBCreateLogicalType(column.Type switch
                    {
                        EventColumnType.Boolean => DuckDBType.Boolean,
                        EventColumnType.BigInt => DuckDBType.BigInt,
                        EventColumnType.Double => DuckDBType.Double,
                        EventColumnType.Varchar => DuckDBType.Varchar,
                        EventColumnType.Timestamp => DuckDBType.Timestamp,
                        _ => DuckDBType.Date,
                    });
                NativeMethods.TableFunction.DuckDBBindAddResultColumn(info, column.Name, type);
            }

            NativeMethods.TableFunction.DuckDBBindSetCardinality(info, Cardinality, false);
        }
        catch (Exception e)
        {
            NativeMethods.TableFunction.DuckDBBindSetError(info, e.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Init(IntPtr info)
    {
        try
        {
            var scan = From(NativeMethods.TableFunction.DuckDBInitGetExtraInfo(info));
            scan._projected = new int[(int)NativeMethods.TableFunction.DuckDBInitGetColumnCount(info)];
            for (var i = 0; i < scan._projected.Length; i++)
            {
                // A count alone reads a column that is none.
                var column = NativeMethods.TableFunction.DuckDBInitGetColumnIndex(info, (ulong)i);
                scan._projected[i] = column < (ulong)scan._columns.Count ? (int)column : -1;
            }

            scan._position = scan._start;
        }
        catch (Exception e)
        {
            NativeMethods.TableFunction.DuckDBInitSetError(info, e.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Read(IntPtr info, IntPtr output)
    {
        try
        {
            From(NativeMethods.TableFunction.DuckDBFunctionGetExtraInfo(info)).Fill(output);
        }
        catch (Exception e)
        {
            NativeMethods.TableFunction.DuckDBFunctionSetError(info, e.Message);
        }
    }

    private void Fill(IntPtr output)
    {
        using var chunk = new DuckDBDataChunk(output);
        try
        {
            var count = Math.Min(VectorSize, _end - _position);
            for (var i = 0; i < _projected.Length && count > 0; i++)
            {
                if (_projected[i] >= 0)
                {
                    Fill(NativeMethods.DataChunks.DuckDBDataChunkGetVector(chunk, i), _batch!.All[_projected[i]], count);
                }
            }

            NativeMethods.DataChunks.DuckDBDataChunkSetSize(chunk, (ulong)count);
            _position += count;
        }
        finally
        {
            chunk.SetHandleAsInvalid(); // DuckDB's own.
        }
    }

    private void Fill(IntPtr vector, EventColumn column, int count)
    {
        var to = NativeMethods.Vectors.DuckDBVectorGetData(vector);
        var selection = _selection is null ? default : _selection.AsSpan(_position, count);
        if (column.Type == EventColumnType.Varchar)
        {
            FillText((StringValue*)to, column, selection, count);
        }
        else
        {
            var width = column.Schema.Width;
            switch (_selection is null ? 0 : width)
            {
                case 0: column.Raw.Slice(_position * width, count * width).CopyTo(new Span<byte>(to, count * width)); break;
                case 1: Gather(column.Values<byte>(), selection, (byte*)to); break;
                case 2: Gather(column.Values<short>(), selection, (short*)to); break;
                case 4: Gather(column.Values<int>(), selection, (int*)to); break;
                case 8: Gather(column.Values<long>(), selection, (long*)to); break;
                default: Gather(column.Values<Int128>(), selection, (Int128*)to); break;
            }
        }

        if (column.HasNulls)
        {
            FillValidity(vector, column, selection, count);
        }
    }

    private static void Gather<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> selection, T* to) where T : unmanaged
    {
        for (var i = 0; i < selection.Length; i++)
        {
            Unsafe.WriteUnaligned(to + i, values[selection[i]]);
        }
    }

    /// <summary>Text of up to 12 bytes lies within DuckDB's value itself; longer text stays where it is, in pinned memory that outlives the statement.</summary>
    private void FillText(StringValue* to, EventColumn column, ReadOnlySpan<int> selection, int count)
    {
        var places = column.Values<long>();
        fixed (byte* text = column.Text)
        {
            for (var i = 0; i < count; i++)
            {
                var place = places[_selection is null ? _position + i : selection[i]];
                var length = (int)(place >> 32);
                var from = text + (uint)place;
                to[i] = default;
                to[i].Length = length;
                if (length > StringValue.Inlined)
                {
                    to[i].Prefix = Unsafe.ReadUnaligned<int>(from);
                    to[i].Pointer = from;
                }
                else
                {
                    Unsafe.CopyBlockUnaligned(&to[i].Prefix, from, (uint)length);
                }
            }
        }
    }

    private void FillValidity(IntPtr vector, EventColumn column, ReadOnlySpan<int> selection, int count)
    {
        NativeMethods.Vectors.DuckDBVectorEnsureValidityWritable(vector);
        var bits = NativeMethods.Vectors.DuckDBVectorGetValidity(vector);
        for (var i = 0; i < count; i++)
        {
            if (!column.IsValid(_selection is null ? _position + i : selection[i]))
            {
                bits[i >> 6] &= ~(1UL << (i & 63));
            }
        }
    }

    /// <summary>DuckDB's layout of a text: its length, and then either up to 12 bytes, or 4 bytes and where it lies.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct StringValue
    {
        public const int Inlined = 12;

        public int Length;
        public int Prefix;
        public byte* Pointer;
    }
}
