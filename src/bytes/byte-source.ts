/** @file Where bytes come from: the one interface that every place of bytes (a local file, later http, s3, a hub, a cache) fills in. */

/** Random-access bytes of known length. Implementations retry what can be retried and throw {@link SourceError} for the rest. */
export interface ByteSource {
  /** Address as the user wrote it; for messages. */
  readonly uri: string;
  /** Length in bytes. */
  readonly byteLength: number;
  /** Bytes [start, end). Fills `into` (at least end − start bytes) when given and returns a view of it, else a fresh array.
   * @throws {SourceError} when the range cannot be had whole, or `signal` is aborted. O(end − start). */
  read(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** How to read a range. */
export interface ReadOptions {
  /** Where the bytes go. */
  readonly into?: Uint8Array;
  readonly signal?: AbortSignal;
}
