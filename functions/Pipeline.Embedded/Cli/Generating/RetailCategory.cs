namespace Pipeline.Embedded.Cli.Generating;

/// <summary>A kind of things to buy.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Products">How many products it has.</param>
/// <param name="Cheapest">What the cheapest product costs, in hundredths.</param>
/// <param name="Dearest">What the dearest costs.</param>
/// <param name="Demand">How often it is bought, compared with others.</param>
/// <param name="Returned">Which share of what is bought is brought back.</param>
/// <param name="Season">How demand changes by month, January first; 1 is the usual.</param>
/// <param name="Words">What its products are called.</param>
internal sealed record RetailCategory(string Name, int Products, int Cheapest, int Dearest, double Demand, double Returned, IReadOnlyList<double> Season, IReadOnlyList<string> Words)
{
    private static readonly double[] s_steady = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    /// <summary>What the chain sells.</summary>
    public static IReadOnlyList<RetailCategory> All { get; } =
    [
        new("Groceries", 360, 49, 1_899, 10, 0.004, s_steady, ["Apples", "Bread", "Butter", "Cheese", "Coffee", "Honey", "Juice", "Milk", "Pasta", "Rice", "Tea", "Yogurt"]),
        new("Household", 200, 99, 7_999, 3, 0.02, s_steady, ["Bucket", "Candle", "Cloth", "Glass", "Lamp", "Mop", "Mug", "Pan", "Soap", "Towel"]),
        new("Clothing", 220, 599, 12_999, 2.4, 0.13, [0.8, 0.8, 1.1, 1.1, 1, 0.9, 0.8, 0.9, 1.2, 1.1, 1.1, 1.3], ["Belt", "Coat", "Dress", "Jeans", "Scarf", "Shirt", "Shoes", "Socks", "Sweater"]),
        new("Garden", 130, 249, 19_999, 1, 0.03, [0.2, 0.4, 1.3, 2, 2.1, 1.6, 1.1, 0.9, 0.8, 0.5, 0.3, 0.4], ["Gloves", "Hose", "Pot", "Rake", "Rose", "Seeds", "Shears", "Spade"]),
        new("Toys", 130, 399, 8_999, 1, 0.04, [0.6, 0.6, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 1, 1.7, 3], ["Blocks", "Car", "Doll", "Game", "Kite", "Puzzle", "Robot", "Train"]),
        new("Books", 150, 499, 3_999, 0.9, 0.02, [0.9, 0.8, 0.8, 0.9, 0.9, 1.1, 1.2, 1.1, 0.9, 0.9, 1.2, 2], ["Atlas", "Cookbook", "Diary", "Novel", "Poems", "Thriller", "Travel guide"]),
        new("Sports", 110, 699, 24_999, 0.7, 0.07, [1.2, 0.9, 1, 1.1, 1.3, 1.3, 1.2, 1, 0.9, 0.8, 0.8, 1], ["Ball", "Bike lock", "Gloves", "Helmet", "Mat", "Racket", "Skates", "Tent"]),
        new("Electronics", 100, 999, 89_999, 0.6, 0.08, [0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.9, 1, 1, 1.8, 2.2], ["Camera", "Charger", "Headphones", "Keyboard", "Phone", "Radio", "Speaker", "Tablet"]),
    ];
}
