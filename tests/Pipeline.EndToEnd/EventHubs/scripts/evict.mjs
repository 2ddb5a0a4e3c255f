// evict.mjs: an owner of partition 0, then one of a higher level, then one of a lower.
import { consumer, deferred, say } from "./common.mjs";

function own(ownerLevel) {
  const client = consumer();
  const [first, lost] = [deferred(), deferred()];
  const subscription = client.subscribe(
    "0",
    {
      processEvents: async (events) => events.length > 0 && first.resolve(events[0].body.number),
      processError: async (error) => lost.resolve(error.code),
    },
    { startPosition: { offset: "-1" }, ownerLevel, maxWaitTimeInSeconds: 60 },
  );
  return { first: first.promise, lost: lost.promise, close: async () => (await subscription.close(), await client.close()) };
}

const one = own(1);
say({ one: await one.first });
const two = own(2);
say({ two: await two.first });
say({ oneLost: await one.lost });
const low = own(0);
say({ lowLost: await low.lost });
await Promise.all([one, two, low].map((owner) => owner.close()));
