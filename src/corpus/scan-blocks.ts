/** @file Blocks in a given order through two buffers: one is read into while the other is looked at. */
import type { BlockLoader } from "./block-cache.ts";
import type { Block } from "./block.ts";

/** Reads blocks one ahead; a block is valid until the next is asked for. Ends its read under way before it returns or throws.
 * @throws whatever the loader throws, at the block that failed */
export async function* scanBlocks(
  numbers: readonly number[],
  loader: BlockLoader,
): AsyncGenerator<Block, void, undefined> {
  const most = numbers.reduce((bytes, number) => Math.max(bytes, loader.bufferBytes(number)), 0);
  const buffers = [new Uint8Array(most), new Uint8Array(most)] as const;
  const read = (i: number): Promise<Block> | undefined => {
    const number = numbers[i];
    const block = number === undefined ? undefined : loader.load(number, buffers[i % 2 === 0 ? 0 : 1]);
    block?.catch(() => undefined);
    return block;
  };
  let next = read(0);
  try {
    for (let i = 0; next !== undefined; i++) {
      const block: Block = await next;
      next = read(i + 1);
      yield block;
    }
  } finally {
    await next?.catch(() => undefined);
  }
}
