namespace Pipeline.Embedded.Cli.Generating;

/// <summary>A shop of the chain.</summary>
/// <param name="Id">Its number, from 1.</param>
/// <param name="City">Where it is.</param>
/// <param name="SquareMetres">How large it is; so many customers it has.</param>
/// <param name="Opened">Its first day.</param>
internal sealed record RetailShop(int Id, string City, int SquareMetres, DateOnly Opened);
