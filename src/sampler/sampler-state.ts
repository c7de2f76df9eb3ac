/** @file What a sampler's later draws depend on, as plain data and binary pools, and back. */
import { SamplerError, mustBe } from "../errors.ts";
import type { MixtureState } from "./mixture-plan.ts";
import { type Position, type Stream, startPosition } from "./stream.ts";

/** Version of everything that decides draws: keys, orders, inclusion, mixture. A state of another version cannot go on exactly. */
export const samplingVersion = 1;

/** Where a sampler stands: after `step`, with one position a stream, in the order of names. */
export interface SamplerPosition {
  readonly step: number;
  readonly mixture: MixtureState;
  readonly streams: readonly Position[];
}

/** Where one stream stands, as saved. */
export interface SavedStream {
  readonly name: string;
  /** The window whose draws are in pool `draws-<domain>`; null before the first draw. */
  readonly open: { readonly pass: number; readonly window: number; readonly equal: boolean } | null;
  readonly offset: number;
  readonly drawn: number;
  readonly drawnInPass: number;
}

/** A sampler's state. Everything in `json` survives JSON; pools are files beside it. */
export interface SamplerState {
  readonly json: {
    readonly samplingVersion: number;
    /** The last step drawn; 0 before the first. */
    readonly step: number;
    readonly mixture: MixtureState;
    readonly streams: readonly SavedStream[];
  };
  /** By name `draws-<domain number>`: K row numbers in the window, then K probabilities in units of 2⁻²⁴; uint32, little-endian. */
  readonly pools: Readonly<Record<string, Uint8Array>>;
}

const poolName = (domain: number): string => `draws-${domain}`;

/** Saves a position. Pools are the draws' own memory, so this costs O(streams), not O(draws). */
export const stateOf = (position: SamplerPosition, streams: readonly Stream[]): SamplerState => {
  const pools: Record<string, Uint8Array> = {};
  const saved = position.streams.map(({ open, ...counts }, which): SavedStream => {
    const { name, domain } = streams[which]!;
    if (open === null) return { name, open, ...counts };
    const { pool, equal } = open.draws;
    pools[poolName(domain)] = new Uint8Array(pool.buffer, pool.byteOffset, pool.byteLength);
    return { name, open: { pass: open.window.pass, window: open.window.number, equal }, ...counts };
  });
  const { step, mixture } = position;
  return { json: { samplingVersion, step, mixture, streams: saved }, pools };
};

/** The position that a state saved.
 * @throws {SamplerError} for another sampling version, other domains, or pools that do not fit their windows */
export const positionFrom = (state: SamplerState, streams: readonly Stream[]): SamplerPosition => {
  const { json, pools } = state;
  if (json.samplingVersion !== samplingVersion)
    throw new SamplerError(
      mustBe("sampling version of the state", String(samplingVersion), json.samplingVersion),
      {
        hint: "go on with the version of counterweight that saved it",
      },
    );
  const names = streams.map(({ name }) => name).join(", ");
  const savedNames = json.streams.map(({ name }) => name).join(", ");
  if (savedNames !== names) throw new SamplerError(mustBe("domains of the state", names, savedNames));
  const positions = json.streams.map(({ open, offset, drawn, drawnInPass }, which): Position => {
    if (open === null) return startPosition;
    const stream = streams[which]!;
    const window = stream.windowAt(open.pass, open.window);
    const kept = stream.keptOf(window);
    const bytes = pools[poolName(stream.domain)];
    if (bytes?.byteLength !== kept * 8)
      throw new SamplerError(
        mustBe(`pool ${poolName(stream.domain)} of the state`, `${kept * 8} bytes`, bytes?.byteLength),
        { hint: "resume with the corpus and the sampler options that the state was saved with" },
      );
    // A copy: files may come as views at odd offsets, and Buffer's own slice does not copy.
    const pool = new Uint32Array(new Uint8Array(bytes).buffer);
    return { open: { window, draws: { pool, equal: open.equal } }, offset, drawn, drawnInPass };
  });
  return { step: json.step, mixture: json.mixture, streams: positions };
};
