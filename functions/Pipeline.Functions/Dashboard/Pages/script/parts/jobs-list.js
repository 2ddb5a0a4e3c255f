// The jobs that are known, newest first, fetched page by page and kept up to date.

import { call } from "../api.js";
import { hasEnded } from "./common.js";

const PAGE = 1000, FIRST = 100, MOST_FOLLOWED = 20;

export class JobsList {
  #jobs = new Map();
  #token = null;
  #loading = null;

  constructor(kind, status, signal) {
    this.kind = kind;
    this.status = status;
    this.signal = signal;
    this.complete = false;
    this.items = [];
  }

  #ask(top, token) {
    const query = new URLSearchParams({ top });
    if (this.kind) query.set("kind", this.kind);
    if (this.status) query.set("status", this.status);
    if (token) query.set("continuationToken", token);
    return call(`api/jobs?${query}`, { signal: this.signal });
  }

  #take(jobs) {
    for (const job of jobs) this.#jobs.set(job.id, job);
    this.items = [...this.#jobs.values()].sort((a, b) => a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : a.id < b.id ? 1 : -1);
  }

  /** The newest jobs anew, and those further down that are in sight and not over. */
  async refresh(inSight) {
    const page = await this.#ask(FIRST);
    const newest = new Set(page.jobs.map(job => job.id));
    if (this.#jobs.size === 0) {
      this.#token = page.continuationToken ?? null;
      this.complete = !this.#token;
    }
    // What was among the newest and is no longer has another status than is asked for.
    if (page.jobs.length > 0 || this.complete) {
      const last = page.jobs.at(-1)?.createdAt ?? "";
      for (const [id, job] of this.#jobs) if (!newest.has(id) && job.createdAt > last && (page.continuationToken || this.status)) this.#jobs.delete(id);
    }
    const followed = inSight.filter(job => !newest.has(job.id) && !hasEnded(job.status)).slice(0, MOST_FOLLOWED);
    const fresh = await Promise.all(followed.map(job => call(`api/jobs/${job.id}`, { signal: this.signal }).catch(() => job)));
    for (const job of fresh) if (this.status && job.status !== this.status) this.#jobs.delete(job.id);
    this.#take([...fresh.filter(job => !this.status || job.status === this.status), ...page.jobs]);
  }

  /** The next page of older jobs. */
  more() {
    if (this.complete || !this.#token) return null;
    return this.#loading ??= this.#ask(PAGE, this.#token).then(page => {
      this.#take(page.jobs);
      this.#token = page.continuationToken ?? null;
      this.complete = !this.#token;
    }).finally(() => this.#loading = null);
  }
}
