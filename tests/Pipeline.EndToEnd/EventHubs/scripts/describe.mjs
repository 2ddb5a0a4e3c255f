// describe.mjs: the hub and its partitions.
import { producer, say } from "./common.mjs";

const client = producer();
try {
  const described = await client.getEventHubProperties();
  say(described);
  for (const id of described.partitionIds) say(await client.getPartitionProperties(id));
} catch (error) {
  say({ error: error.code ?? error.name, message: error.message });
}
await client.close();
