// Specs to begin with, one a kind of job, in the words of the README.

export const examples = {
  batch: {
    kind: "batch", name: "flights-by-month", tables: { flights: "flights" },
    query: ["select month, count(*) as flights, avg(delay) as mean_delay", "from flights", "group by month order by month"],
  },
  "batch with a join": {
    kind: "batch", name: "late-by-state", tables: { flights: "flights", airports: "airports" },
    query: ["select a.state, count(*) as flights, median(f.delay) as median_delay", "from flights f join airports a on a.iata = f.origin", "group by a.state order by median_delay desc limit 10"],
    output: { dataset: "late-by-state", mode: "replace" },
  },
  training: {
    kind: "training", name: "digits", data: { dataset: "digits", image: { column: "pixels", width: 28, height: 28 }, label: { column: "label", classes: 10 }, validation: 0.1 },
    model: "lenet", loss: "cross-entropy", optimizer: { type: "adam", learningRate: 0.002 }, batchSize: 128, epochs: 6, workers: 2,
  },
  simulation: {
    kind: "simulation", name: "mountain", program: "shallow-water", parameters: { case: 5, rows: 64, columns: 128, days: 5 },
    ranks: 2, outputs: { every: 300, fields: false, images: true },
  },
  grid: {
    kind: "grid", name: "gene-search", project: "genomes", application: "alignment",
    parameters: {
      reference: "genomics/lambda_phage_NC_001416.fasta", scoring: { matrix: "dna", match: 2, mismatch: -3, gapOpen: 5, gapExtend: 2 },
      reads: { count: 2000, length: 120, seed: 7, substitutions: 0.03, insertions: 0.01, deletions: 0.01 }, readsPerUnit: 100, minScore: 60,
    },
    minQuorum: 2, delayBound: "10m",
  },
};
