using System.Buffers.Text;
using System.Text.Unicode;

namespace Pipeline.Streams;

/// <summary>Events that are one record of CSV (RFC 4180), perhaps under a line of names. A value that is empty and not quoted is null.</summary>
internal sealed class CsvEventDecoder(IReadOnlyList<EventColumnSchema> schema, int timeColumn, IReadOnlyList<string> names, byte delimiter, bool header)
    : EventDecoder(schema, timeColumn)
{
    private readonly byte[][] _names = [.. names.Select(System.Text.Encoding.UTF8.GetBytes)];
    private readonly List<(int Start, int Length, bool Quoted)> _fields = [];
    private int[] _places = [];
    private byte[] _header = [];
    private byte[] _text = new byte[256];
    private int _textLength;

    /// <inheritdoc/>
    protected override string? Read(ReadOnlySpan<byte> body, EventBatch batch)
    {
        if (header && ReadHeader(ref body) is { } fault)
            return fault;
        if (Split(body, out var rest) is { } broken)
            return broken;
        if (!rest.IsEmpty)
            return "there is more than one record in the event";
        if (!header && _fields.Count != Schema.Count)
            return $"the record has {_fields.Count} values; the stream has {Schema.Count} columns";
        for (var column = 0; column < Schema.Count; column++)
        {
            var place = header ? _places[column] : column;
            if (place >= _fields.Count)
                return $"the record has {_fields.Count} values; its header has more";
            var (start, length, quoted) = _fields[place];
            var value = _text.AsSpan(start, length);
            if (value.IsEmpty && !quoted)
                batch.Columns[column].AppendNull();
            else if (!TryAppend(value, column, batch.Columns[column]))
                return WrongType(Schema[column], $"'{Show(value)}'");
        }
        return null;
    }

    // Senders repeat the same header, so it is understood once.
    private string? ReadHeader(ref ReadOnlySpan<byte> body)
    {
        var known = _header.Length > 0 && body.StartsWith(_header);
        if (known)
        {
            body = body[_header.Length..];
            return null;
        }
        if (Split(body, out var rest) is { } broken)
            return broken;
        if (rest.IsEmpty)
            return "there is no record under the header";
        // Kept only once all of it is sound: events with the header before must be read as before.
        var places = new int[_names.Length];
        for (var column = 0; column < _names.Length; column++)
        {
            var place = _fields.FindIndex(f => _text.AsSpan(f.Start, f.Length).SequenceEqual(_names[column]));
            if (place < 0)
                return $"the header has no column '{names[column]}'";
            places[column] = place;
        }
        (_header, _places) = (body[..^rest.Length].ToArray(), places);
        body = rest;
        return null;
    }

    private string? Split(ReadOnlySpan<byte> record, out ReadOnlySpan<byte> rest)
    {
        _fields.Clear();
        _textLength = 0;
        if (_text.Length < record.Length)
            _text = new byte[record.Length * 2];
        for (var at = 0; ; at++)
        {
            var start = _textLength;
            var quoted = at < record.Length && record[at] == '"';
            if (quoted && !Unquote(record, ref at))
            {
                rest = default;
                return "a quoted value has no end";
            }
            while (at < record.Length && record[at] != delimiter && record[at] is not ((byte)'\r' or (byte)'\n'))
            {
                if (quoted)
                {
                    rest = default;
                    return "there is text behind a quoted value";
                }
                _text[_textLength++] = record[at++];
            }
            _fields.Add((start, _textLength - start, quoted));
            if (at < record.Length && record[at] == delimiter)
                continue;
            if (at < record.Length && record[at] == '\r')
                at++;
            if (at < record.Length && record[at] == '\n')
                at++;
            rest = at < record.Length ? record[at..] : default;
            return null;
        }
    }

    private bool Unquote(ReadOnlySpan<byte> record, ref int at)
    {
        for (at++; at < record.Length; at++)
        {
            if (record[at] == '"' && (at + 1 >= record.Length || record[at + 1] != '"'))
            {
                at++;
                return true;
            }
            if (record[at] == '"')
                at++;
            _text[_textLength++] = record[at];
        }
        return false;
    }

    private bool TryAppend(ReadOnlySpan<byte> value, int column, EventColumn values)
    {
        switch (values.Type)
        {
            case EventColumnType.BigInt when Utf8Parser.TryParse(value, out long whole, out var read) && read == value.Length:
                values.Append(whole);
                return true;
            case EventColumnType.Double when Utf8Parser.TryParse(value, out double number, out var read) && read == value.Length && double.IsFinite(number):
                values.Append(number);
                return true;
            case EventColumnType.Boolean when Utf8Parser.TryParse(value, out bool truth, out var read) && read == value.Length:
                values.Append(truth);
                return true;
            case EventColumnType.Decimal when EventValues.TryDecimal(value, values.Schema, out var unscaled):
                values.Append(unscaled);
                return true;
            case EventColumnType.Date when EventValues.TryDate(value, out var days):
                values.Append(days);
                return true;
            case EventColumnType.Timestamp when EventValues.TryTimestamp(value, out var micros):
                values.Append(micros);
                NoteTime(column, micros);
                return true;
            case EventColumnType.Varchar when Utf8.IsValid(value):
                values.Append(value);
                return true;
            default:
                return false;
        }
    }
}
