// What the scripts share: the endpoint and the hub come from the environment, and every answer is one line of JSON.
import { EventHubConsumerClient, EventHubProducerClient } from "@azure/event-hubs";

// The pipe whose end tells that the test is gone must not keep a script that is done.
process.stdin.unref();

export const hub = process.env.HUB;
export const connectionString = process.env.CONNECTION_STRING;
export const retryOptions = { maxRetries: 0, timeoutInMs: 30000 };

export const say = (answer) => console.log(JSON.stringify(answer, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
export const producer = (options) => new EventHubProducerClient(connectionString, hub, { retryOptions, ...options });
export const consumer = (group = "$Default", store = undefined, options = {}) =>
  store
    ? new EventHubConsumerClient(group, connectionString, hub, store, { retryOptions, ...options })
    : new EventHubConsumerClient(group, connectionString, hub, { retryOptions, ...options });

export function deferred() {
  let resolve, reject;
  const promise = new Promise((ok, bad) => ([resolve, reject] = [ok, bad]));
  return { promise, resolve, reject };
}

/** Takes so many events of a partition and hands each to a function. */
export async function take(client, partition, startPosition, count, onEvent, options = {}) {
  const done = deferred();
  let taken = 0;
  const subscription = client.subscribe(
    partition,
    {
      processEvents: async (events) => {
        for (const event of events) {
          if (taken++ < count) onEvent(event);
        }
        if (taken >= count) done.resolve();
      },
      processError: async (error) => done.reject(error),
    },
    { startPosition, maxBatchSize: 1000, maxWaitTimeInSeconds: 60, ...options },
  );
  try {
    await done.promise;
  } finally {
    await subscription.close();
  }
}
