// send.mjs COUNT BATCH KEYS: numbers as JSON bodies, in batches under one key each.
import { producer, say } from "./common.mjs";

const [count, batchSize, keys] = process.argv.slice(2).map(Number);
const client = producer();
for (let sent = 0; sent < count; ) {
  const options = keys > 0 ? { partitionKey: `key-${(sent / batchSize) % keys}` } : {};
  const batch = await client.createBatch(options);
  for (let i = 0; i < batchSize && sent < count; i++, sent++) {
    if (!batch.tryAdd({ body: { number: sent }, properties: { source: "npm" }, messageId: `m${sent}` })) throw new Error("The batch is full.");
  }
  await client.sendBatch(batch);
}
await client.close();
say({ sent: count });
