namespace Pipeline.Embedded.Cli.Generating;

/// <summary>Something to buy.</summary>
/// <param name="Id">Its number, from 1.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Category">What kind of thing it is.</param>
/// <param name="Price">Its usual price, in hundredths.</param>
/// <param name="Popularity">How often it is bought where nothing is in season, compared with others.</param>
internal sealed record RetailProduct(int Id, string Name, RetailCategory Category, int Price, double Popularity);
