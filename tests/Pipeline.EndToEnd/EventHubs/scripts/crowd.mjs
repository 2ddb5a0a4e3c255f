// crowd.mjs CLIENTS: that many connections at once; each sends an event and asks for the hub.
import { producer, say } from "./common.mjs";

const clients = Array.from({ length: Number(process.argv[2]) }, () => producer());
const answers = await Promise.all(
  clients.map(async (client, i) => {
    await client.sendBatch([{ body: { number: i } }]);
    return (await client.getEventHubProperties()).partitionIds.length;
  }),
);
say({ answered: answers.length, partitions: [...new Set(answers)] });
await Promise.all(clients.map((client) => client.close()));
