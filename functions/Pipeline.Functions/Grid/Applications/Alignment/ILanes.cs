namespace Pipeline.Grid.Applications.Alignment;

/// <summary>The few operations of the kernel, for vectors of one width. One source serves all widths, and tests hold them to the same bits.</summary>
internal interface ILanes<TVector, T>
    where TVector : struct
    where T : struct
{
    static abstract int Count { get; }

    static abstract TVector Create(T value);

    static abstract TVector Load(ref T origin, nuint index);

    static abstract void Store(TVector vector, ref T origin, nuint index);

    static abstract TVector AddSaturate(TVector one, TVector other);

    static abstract TVector SubtractSaturate(TVector one, TVector other);

    static abstract TVector Max(TVector one, TVector other);

    static abstract bool AnyGreater(TVector one, TVector other);
}
