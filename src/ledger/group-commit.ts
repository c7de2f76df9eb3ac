/** @file Commits on their way to the disk: data, then journal lines, each a durable write; all that waits goes together.
 *
 * Steps are encoded when they are committed, so that lines form their chain of checksums at once; only bytes wait here. They
 * wait for company, since the two writes cost the main thread about as much as everything else of a step: until
 * someone asks for durability, half of what may wait does, or a second has passed. */
import { crc32 } from "node:zlib";

import type { AppendFile, Files } from "../files.ts";
import type { History } from "./history.ts";
import { type Metrics, type StepLine, encodeLine } from "./journal-line.ts";
import { schemaMessage } from "./observations.ts";
import { segmentPath } from "./segments.ts";

/** A segment is closed at this size, so that it can be sealed and read in pieces. */
const segmentBytes = 64 * 2 ** 20;

/** Longest time for which a step waits for company. */
const patienceMs = 1000;

interface WaitingStep {
  readonly step: number;
  readonly segment: number;
  readonly data: readonly Uint8Array[];
  readonly line: Buffer;
}

interface Waiter {
  readonly step: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What a group commit writes to. */
export interface GroupCommitSetup {
  readonly files: Files;
  readonly folder: string;
  /** Open at its good end, by `openDurable`. */
  readonly journal: AppendFile;
  readonly history: History;
  /** Checksum of the journal's last line. */
  readonly previous: number;
  /** Number of the first segment to write, which must not exist. */
  readonly segment: number;
  /** Steps that wait at most, ≥ 1. */
  readonly maxUncommittedSteps: number;
}

/** The writer's queue. */
export class GroupCommit {
  readonly #setup: GroupCommitSetup;
  #waiting: WaitingStep[] = [];
  #waiters: Waiter[] = [];
  #segment: number;
  #segmentEnd = 0;
  #file: { readonly segment: number; readonly append: AppendFile } | null = null;
  #previous: number;
  #durable: number;
  #committed: number;
  #failure: { readonly error: unknown } | null = null;
  #draining: Promise<void> | null = null;
  #patience: NodeJS.Timeout | null = null;

  constructor(setup: GroupCommitSetup) {
    this.#setup = setup;
    this.#segment = setup.segment;
    this.#previous = setup.previous;
    this.#committed = setup.history.lastStep(setup.history.branch);
    this.#durable = this.#committed;
  }

  /** Last step whose line is on the disk. */
  get durableStep(): number {
    return this.#durable;
  }

  /** Throws the error after which nothing is written any more. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Queues the step after the last one. O(bytes) for the checksum; writing happens off this call.
   * @param batch the step's record batch, not changed any more */
  commit(batch: Uint8Array, rows: number, metrics: Metrics): void {
    const { history } = this.#setup;
    if (this.#segmentEnd >= segmentBytes) {
      this.#segment++;
      this.#segmentEnd = 0;
    }
    const data = this.#segmentEnd === 0 ? [schemaMessage, batch] : [batch];
    const line: StepLine = {
      kind: "step",
      step: this.#committed + 1,
      branch: history.branch,
      segment: this.#segment,
      end: data.reduce((end, part) => end + part.byteLength, this.#segmentEnd),
      rows,
      data: data.reduce((crc, part) => crc32(part, crc), 0),
      metrics,
    };
    const { bytes, crc } = encodeLine(line, this.#previous);
    history.add({ line, crc, offset: this.#setup.journal.byteLength });
    this.#previous = crc;
    this.#segmentEnd = line.end;
    this.#committed = line.step;
    this.#waiting.push({ step: line.step, segment: line.segment, data, line: bytes });
    if (2 * this.#waiting.length >= this.#setup.maxUncommittedSteps) this.#write();
    else this.#patience ??= setTimeout(() => this.#write(), patienceMs).unref();
  }

  /** Resolves when `step` is durable.
   * @throws {StorageError} when the disk refused this step or one before */
  durable(step: number): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure.error);
    if (step <= this.#durable) return Promise.resolve();
    this.#write();
    return new Promise((resolve, reject) => this.#waiters.push({ step, resolve, reject }));
  }

  /** Writes what waits and closes the segment. */
  async close(): Promise<void> {
    if (this.#failure === null) this.#write();
    await this.#draining;
    await this.#file?.append.close();
    this.#file = null;
  }

  #write(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    if (this.#waiting.length > 0) this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      for (;;) {
        const segment = this.#waiting[0]?.segment;
        if (segment === undefined) break;
        const next = this.#waiting.findIndex((step) => step.segment !== segment);
        await this.#writeGroup(segment, this.#waiting.splice(0, next < 0 ? this.#waiting.length : next));
      }
    } catch (error) {
      // After a failed sync the kernel may drop dirty pages and call them clean: the descriptor is never used again.
      this.#failure = { error };
      for (const { reject } of this.#waiters.splice(0)) reject(error);
    } finally {
      this.#draining = null;
    }
  }

  async #writeGroup(segment: number, group: readonly WaitingStep[]): Promise<void> {
    const file = await this.#open(segment);
    await file.append(Buffer.concat(group.flatMap(({ data }) => data)));
    await this.#setup.journal.append(Buffer.concat(group.map(({ line }) => line)));
    const durable = group.at(-1)!.step;
    this.#durable = durable;
    const isDone = ({ step }: Waiter): boolean => step <= durable;
    for (const { resolve } of this.#waiters.filter(isDone)) resolve();
    this.#waiters = this.#waiters.filter((waiter) => !isDone(waiter));
  }

  async #open(segment: number): Promise<AppendFile> {
    if (this.#file?.segment === segment) return this.#file.append;
    const { files, folder } = this.#setup;
    await this.#file?.append.close();
    this.#file = null;
    const append = await files.openDurable(segmentPath(folder, segment));
    this.#file = { segment, append };
    await files.syncFolder(folder);
    return append;
  }
}
