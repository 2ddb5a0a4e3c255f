// balance.mjs EVENTS: one consumer takes every partition; a second joins and both end with a half; together they get every event once.
import { consumer, deferred, say } from "./common.mjs";

const wanted = Number(process.argv[2]);
const owners = new Map();
const checkpoints = new Map();
let etag = 0;
const store = {
  listOwnership: async () => [...owners.values()].map((owner) => ({ ...owner })),
  claimOwnership: async (claims) => {
    const granted = [];
    for (const claim of claims) {
      const current = owners.get(claim.partitionId);
      if (current && current.etag !== claim.etag) continue;
      const taken = { ...claim, etag: String(++etag), lastModifiedTimeInMs: Date.now() };
      owners.set(claim.partitionId, taken);
      granted.push({ ...taken });
    }
    return granted;
  },
  updateCheckpoint: async (checkpoint) => void checkpoints.set(checkpoint.partitionId, checkpoint),
  listCheckpoints: async () => [...checkpoints.values()],
};

const held = { a: new Set(), b: new Set() };
const counts = new Map();
let received = 0;
const [allTaken, balanced, everything] = [deferred(), deferred(), deferred()];
const options = { loadBalancingOptions: { strategy: "greedy", updateIntervalInMs: 300, partitionOwnershipExpirationIntervalInMs: 30000 } };

function look() {
  if (held.a.size === 4) allTaken.resolve();
  if (held.a.size === 2 && held.b.size === 2) balanced.resolve();
}

function start(name) {
  const client = consumer("$Default", store, options);
  const subscription = client.subscribe(
    {
      processInitialize: async (context) => (held[name].add(context.partitionId), look()),
      processClose: async (_, context) => (held[name].delete(context.partitionId), look()),
      processEvents: async (events, context) => {
        if (events.length === 0) return;
        for (const event of events) {
          counts.set(event.body.number, (counts.get(event.body.number) ?? 0) + 1);
          received++;
        }
        await context.updateCheckpoint(events[events.length - 1]);
        if (counts.size >= wanted) everything.resolve();
      },
      processError: async () => {},
    },
    { startPosition: { offset: "-1" }, maxBatchSize: 100, maxWaitTimeInSeconds: 1 },
  );
  return async () => (await subscription.close(), await client.close());
}

const stopA = start("a");
await allTaken.promise;
say({ a: 4 });
const stopB = start("b");
await balanced.promise;
say({ a: held.a.size, b: held.b.size, apart: [...held.a].every((id) => !held.b.has(id)) });
await everything.promise;
say({ distinct: counts.size });
await Promise.all([stopA(), stopB()]);
