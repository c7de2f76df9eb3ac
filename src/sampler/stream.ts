/** @file One domain's endless stream of draws: pass after pass, window after window. */
import type { Draws } from "../draws.ts";
import { blockOrder } from "./block-order.ts";
import { certain, keptOf } from "./inclusion.ts";
import { type WindowDraws, drawWindow } from "./window-draws.ts";
import { type SampledBlock, type Window, blocksPerWindow, locate, rowsOf, windowAt } from "./window.ts";

/** Scores ≥ 0 of a window's n rows, in block order, unnormalised, as known to a batch of `step`; null for equal scores. */
export type ScoreWindow = (blocks: readonly SampledBlock[], step: number) => Promise<Float32Array | null>;

/** All instances of one domain that may be drawn. */
export interface StreamOptions {
  readonly name: string;
  /** Domain number in the manifest. */
  readonly domain: number;
  readonly blocks: readonly SampledBlock[];
}

/** What every stream of a sampler shares. */
export interface StreamSettings {
  readonly seed: string | number;
  readonly windowBytes: number;
  readonly keep: number;
  readonly epsilon: number;
  /** Absent: equal scores. */
  readonly score?: ScoreWindow | undefined;
}

/** Where a stream stands. Never changed in place: a batch that fails leaves the one before it. */
export interface Position {
  /** The open window and its draws; null before the first draw. */
  readonly open: { readonly window: Window; readonly draws: WindowDraws } | null;
  /** Draws of the open window already taken. */
  readonly offset: number;
  /** Draws taken in all, and of them in the pass of the open window. */
  readonly drawn: number;
  readonly drawnInPass: number;
}

/** Before the first draw. */
export const startPosition: Position = { open: null, offset: 0, drawn: 0, drawnInPass: 0 };

/** One domain's draws in order. All methods are functions of their arguments; an order of blocks is kept only to save making it again. */
export interface Stream extends StreamOptions {
  /** Rows of all blocks. */
  readonly rows: number;
  /** Whether the open window has a draw left. */
  isReady(position: Position): boolean;
  /** Opens the next window: scores it as of a batch of `step` and draws from it. O(n). */
  open(position: Position, step: number): Promise<Position>;
  /** Writes the next draw into a slot; `position` must be ready. O(log G). */
  take(position: Position, draws: Draws, slot: number): Position;
  /** A window of a pass. */
  windowAt(pass: number, number: number): Window;
  /** K, rows taken of a window. */
  keptOf(window: Window): number;
  /** Blocks of the open window, while draws are left, and of the one after it. */
  upcoming(position: Position): SampledBlock[];
}

/** A stream over `options.blocks`, which must be one at least, of one row at least each. */
export const createStream = (options: StreamOptions, settings: StreamSettings): Stream => {
  const { name, domain, blocks } = options;
  const perWindow = blocksPerWindow(blocks, settings.windowBytes);
  const windows = Math.ceil(blocks.length / perWindow);
  const orders = new Map<number, Uint32Array>();

  const orderOf = (pass: number): Uint32Array => {
    const known = orders.get(pass);
    if (known !== undefined) return known;
    for (const old of orders.keys()) if (old < pass - 1 || old > pass + 1) orders.delete(old);
    const order = blockOrder(settings.seed, name, pass, blocks.length);
    orders.set(pass, order);
    return order;
  };
  const at = (pass: number, number: number): Window =>
    windowAt(blocks, orderOf(pass), pass, number, perWindow);
  const after = ({ open }: Position): Window => {
    if (open === null) return at(0, 0);
    const { pass, number } = open.window;
    return number + 1 < windows ? at(pass, number + 1) : at(pass + 1, 0);
  };
  const kept = (window: Window): number => keptOf(rowsOf(window), settings.keep);

  return {
    ...options,
    rows: blocks.reduce((sum, block) => sum + block.rows, 0),
    windowAt: at,
    keptOf: kept,
    isReady,
    async open(position, step) {
      const window = after(position);
      const scores = (await settings.score?.(window.blocks, step)) ?? null;
      const draws = drawWindow(window, scores, { ...settings, domain: name, kept: kept(window) });
      const drawnInPass = window.pass === position.open?.window.pass ? position.drawnInPass : 0;
      return { open: { window, draws }, offset: 0, drawn: position.drawn, drawnInPass };
    },
    take({ open, offset, drawn, drawnInPass }, draws, slot) {
      const { window, draws: taken } = open!;
      const { shard, row } = locate(window, taken.pool[offset]!);
      const count = taken.pool.length / 2;
      const probability = taken.pool[count + offset]! / certain;
      draws.shard[slot] = shard;
      draws.row[slot] = row;
      draws.domain[slot] = domain;
      draws.probability[slot] = probability;
      draws.base[slot] = taken.equal ? probability : count / rowsOf(window);
      return { open, offset: offset + 1, drawn: drawn + 1, drawnInPass: drawnInPass + 1 };
    },
    upcoming(position) {
      const current = isReady(position) ? position.open!.window.blocks : [];
      return [...current, ...after(position).blocks];
    },
  };
};

const isReady = ({ open, offset }: Position): boolean => open !== null && 2 * offset < open.draws.pool.length;
