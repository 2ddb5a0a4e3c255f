// limit.mjs: what a batch takes, and what happens to an event beyond it.
import { producer, say } from "./common.mjs";

const client = producer();
const batch = await client.createBatch();
say({ maxSizeInBytes: batch.maxSizeInBytes, tooLargeFits: batch.tryAdd({ body: "x".repeat(1024 * 1024) }) });
const large = "y".repeat(1024 * 1024 - 2000);
say({ largeFits: batch.tryAdd({ body: large }) });
await client.sendBatch(batch);
try {
  await client.sendBatch([{ body: "z".repeat(1024 * 1024 + 1) }]);
  say({ error: null });
} catch (error) {
  say({ error: error.code ?? error.name, message: error.message });
}
await client.close();
