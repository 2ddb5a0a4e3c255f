// balance.mjs EVENTS: one consumer takes every partition; a second joins and each ends with half of them; together they get every event.
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
    look();
    return granted;
  },
  updateCheckpoint: async (checkpoint) => void checkpoints.set(checkpoint.partitionId, checkpoint),
  listCheckpoints: async () => [...checkpoints.values()],
};

const counts = new Map();
const [allTaken, balanced, everything] = [deferred(), deferred(), deferred()];
const options = { loadBalancingOptions: { strategy: "greedy", updateIntervalInMs: 300, partitionOwnershipExpirationIntervalInMs: 60000 } };

/** How many partitions each consumer owns, as the store has it. */
function shares() {
  const shares = new Map();
  for (const owner of owners.values()) shares.set(owner.ownerId, (shares.get(owner.ownerId) ?? 0) + 1);
  return [...shares.values()];
}

function look() {
  if (shares().join() === "4") allTaken.resolve();
  if (shares().join() === "2,2") balanced.resolve();
}

function start() {
  const client = consumer("$Default", store, options);
  const subscription = client.subscribe(
    {
      processEvents: async (events, context) => {
        if (events.length === 0) return;
        for (const event of events) counts.set(event.body.number, (counts.get(event.body.number) ?? 0) + 1);
        await context.updateCheckpoint(events[events.length - 1]);
        if (counts.size >= wanted) everything.resolve();
      },
      // A partition that goes to the other consumer is such an error.
      processError: async (error, context) => console.error(`${context.partitionId}: ${error.code ?? error.name}: ${error.message}`),
    },
    { startPosition: { offset: "-1" }, maxBatchSize: 100, maxWaitTimeInSeconds: 1 },
  );
  return async () => (await subscription.close(), await client.close());
}

const stopA = start();
await allTaken.promise;
say({ alone: shares() });
const stopB = start();
await balanced.promise;
say({ together: shares() });
await everything.promise;
say({ distinct: counts.size });
await Promise.all([stopA(), stopB()]);
