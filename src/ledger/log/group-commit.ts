/** @file Commits on their way to the disk: data, then journal lines, each a durable write; all that waits goes together.
 *
 * Steps are encoded when they are committed, so that lines form their chain of checksums at once; only bytes wait here. They
 * wait for company, since the two writes cost the main thread about as much as everything else of a step: until
 * someone asks for durability, half of what may wait does, or a second has passed. */
import { crc32 } from "node:zlib";

import type { AppendFile, Files } from "../../files.ts";
import type { History } from "../journal/history.ts";
import {
  type DropLine,
  type Metrics,
  type SealLine,
  type StepLine,
  encodeLine,
} from "../journal/journal-line.ts";
import { schemaMessage } from "./observations.ts";
import { segmentPath } from "./segment-files.ts";

/** A segment is closed at this size, so that it can be sealed and read in pieces. */
export const defaultSegmentBytes: number = 64 * 2 ** 20;

/** Longest time for which a step waits for company. */
const patienceMs = 1000;

/** A line that waits, behind its rows where it is a step's. */
interface WaitingLine {
  readonly bytes: Buffer;
  /** Null for a line without rows. */
  readonly rows: {
    readonly step: number;
    readonly segment: number;
    readonly data: readonly Uint8Array[];
  } | null;
}

interface Waiter {
  readonly isDone: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Parts as one, not copied where there is one only: a large step is written as it was encoded. */
const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  parts.length === 1 ? parts[0]! : Buffer.concat(parts);

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
  /** Size at which a segment is closed. */
  readonly segmentBytes: number;
  /** Called when no more is written into a segment; all of its lines are durable. */
  readonly onClosed: (segment: number) => void;
}

/** The writer's queue. */
export class GroupCommit {
  readonly #setup: GroupCommitSetup;
  #waiting: WaitingLine[] = [];
  #waiters: Waiter[] = [];
  #segment: number;
  #segmentEnd = 0;
  #file: { readonly segment: number; readonly append: AppendFile } | null = null;
  #previous: number;
  #durable: number;
  #committed: number;
  /** Lines queued and lines on the disk since the opening. */
  #queued = 0;
  #written = 0;
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

  /** Whether nothing is written any more. */
  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  /** Throws the error after which nothing is written any more. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** Queues the step after the last one. O(bytes) for the checksum; writing happens off this call.
   * @param batch the step's record batch, not changed any more */
  commit(batch: Uint8Array, rows: number, metrics: Metrics): void {
    const { history } = this.#setup;
    if (this.#segmentEnd >= this.#setup.segmentBytes) {
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
    this.#segmentEnd = line.end;
    this.#committed = line.step;
    this.#queue(line, { step: line.step, segment: line.segment, data });
    if (2 * this.#waiting.length >= this.#setup.maxUncommittedSteps) this.#write();
    else this.#patience ??= setTimeout(() => this.#write(), patienceMs).unref();
  }

  /** Writes a line about a closed segment; resolves when it is durable.
   * @throws {StorageError} when the disk refused it or a line before */
  append(line: SealLine | DropLine): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure.error);
    this.#queue(line, null);
    const number = this.#queued;
    return this.#waitUntil(() => number <= this.#written);
  }

  /** Resolves when `step` is durable.
   * @throws {StorageError} when the disk refused this step or one before */
  durable(step: number): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure.error);
    return step <= this.#durable ? Promise.resolve() : this.#waitUntil(() => step <= this.#durable);
  }

  /** Writes nothing any more, as after a refusal of the disk. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { reject } of this.#waiters.splice(0)) reject(this.#failure.error);
  }

  /** Writes what waits and closes the segment; lines about closed segments may still come. */
  async close(): Promise<void> {
    if (this.#failure === null) this.#write();
    await this.#draining;
    await this.#closeFile();
  }

  #queue(line: StepLine | SealLine | DropLine, rows: WaitingLine["rows"]): void {
    const { history, journal } = this.#setup;
    const { bytes, crc } = encodeLine(line, this.#previous);
    history.add({ line, crc, offset: journal.byteLength });
    this.#previous = crc;
    this.#queued++;
    this.#waiting.push({ bytes, rows });
  }

  #waitUntil(isDone: () => boolean): Promise<void> {
    this.#write();
    return new Promise((resolve, reject) => this.#waiters.push({ isDone, resolve, reject }));
  }

  #write(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    if (this.#waiting.length > 0) this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && this.#failure === null) await this.#writeGroup();
    } catch (error) {
      // After a failed sync the kernel may drop dirty pages and call them clean: the descriptor is never used again.
      this.fail(error);
    } finally {
      this.#draining = null;
      this.#tell();
    }
  }

  /** Writes all that waits for one segment. Who waited for the group before is told once this one is on its way, so that
   * the next step is made while the disk is at work. */
  async #writeGroup(): Promise<void> {
    const segment = this.#waiting.find(({ rows }) => rows !== null)?.rows?.segment;
    const next = this.#waiting.findIndex(({ rows }) => rows !== null && rows.segment !== segment);
    const group = this.#waiting.splice(0, next < 0 ? this.#waiting.length : next);
    if (segment !== undefined) {
      const file = await this.#open(segment);
      const written = file.append(joined(group.flatMap(({ rows }) => rows?.data ?? [])));
      this.#tell();
      await written;
    }
    await this.#setup.journal.append(joined(group.map(({ bytes }) => bytes)));
    this.#written += group.length;
    this.#durable = group.findLast(({ rows }) => rows !== null)?.rows?.step ?? this.#durable;
  }

  /** Goes on with those whose lines are on the disk. */
  #tell(): void {
    const done = this.#waiters.filter(({ isDone }) => isDone());
    this.#waiters = this.#waiters.filter((waiter) => !done.includes(waiter));
    for (const { resolve } of done) resolve();
  }

  async #open(segment: number): Promise<AppendFile> {
    if (this.#file?.segment === segment) return this.#file.append;
    const { files, folder } = this.#setup;
    this.#tell();
    await this.#closeFile();
    const append = await files.openDurable(segmentPath(folder, segment));
    this.#file = { segment, append };
    await files.syncFolder(folder);
    return append;
  }

  async #closeFile(): Promise<void> {
    const closed = this.#file;
    if (closed === null) return;
    this.#file = null;
    await closed.append.close();
    if (this.#failure === null) this.#setup.onClosed(closed.segment);
  }
}
