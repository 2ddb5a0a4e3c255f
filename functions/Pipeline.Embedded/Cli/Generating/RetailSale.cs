namespace Pipeline.Embedded.Cli.Generating;

/// <summary>One line of a receipt.</summary>
/// <param name="Receipt">The receipt's number: one for each visit, in the order of time.</param>
/// <param name="SoldAt">When, by the shop's clock.</param>
/// <param name="Shop">The shop.</param>
/// <param name="Customer">The customer; null without a customer card.</param>
/// <param name="Product">The product.</param>
/// <param name="Quantity">How many; below 0 for what is brought back.</param>
/// <param name="Price">What one costs, in hundredths.</param>
internal readonly record struct RetailSale(long Receipt, DateTime SoldAt, int Shop, int? Customer, int Product, int Quantity, int Price);
