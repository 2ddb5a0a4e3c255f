// receive.mjs PARTITION START COUNT: prints events; START is an event position as JSON.
import { consumer, say, take } from "./common.mjs";

const [partition, start, count] = process.argv.slice(2);
const client = consumer();
try {
  await take(client, partition, JSON.parse(start), Number(count), (event) =>
    say({
      body: event.body,
      key: event.partitionKey ?? null,
      sequenceNumber: event.sequenceNumber,
      offset: event.offset,
      enqueued: event.enqueuedTimeUtc.getTime(),
      properties: event.properties ?? null,
      messageId: event.messageId ?? null,
    }),
  );
} catch (error) {
  say({ error: error.code ?? error.name, message: error.message });
}
await client.close();
