"""Others read our shards token by token, and we read theirs.

python test/interop/check_shards.py                         writes shards from dist, checks them, and the other way round
python test/interop/check_shards.py --expected RAW SHARD…   checks that SHARD… together hold the tokens of RAW
"""

import argparse
import hashlib
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
DTYPES = {"uint16": np.dtype("<u2"), "uint32": np.dtype("<u4")}


def with_pyarrow(path):
    column = pq.read_table(path)["tokens"]
    assert pa.types.is_fixed_size_binary(column.type), column.type
    return b"".join(column.to_pylist())


def with_duckdb(path):
    rows = duckdb.connect().execute("select tokens from read_parquet(?)", [str(path)]).fetchall()
    return b"".join(bytes(row[0]) for row in rows)


def with_polars(path):
    return b"".join(pl.read_parquet(path)["tokens"].to_list())


READERS = {"pyarrow": with_pyarrow, "duckdb": with_duckdb, "polars": with_polars}


def check_layout(path):
    """What DESIGN promises of a shard beyond its tokens; returns its token dtype."""
    footer = pq.ParquetFile(path).metadata
    keys = {key.decode(): value.decode() for key, value in footer.metadata.items() if key != b"ARROW:schema"}
    dtype = DTYPES[keys["token_dtype"]]
    assert footer.num_columns == 1 and set(keys) == {"seq_len", "token_dtype", "tokenizer", "tokenizer_hash"}, keys
    for group in range(footer.num_row_groups):
        column = footer.row_group(group).column(0)
        assert column.compression == "UNCOMPRESSED" and column.encodings == ("PLAIN",), column
        assert not column.has_dictionary_page and not column.is_stats_set, column
        assert column.has_offset_index == (column.total_compressed_size > 2**20), column
    assert footer.schema.column(0).length == int(keys["seq_len"]) * dtype.itemsize
    assert footer.schema.column(0).max_definition_level == 0
    return dtype


def check_ours(paths, raw):
    """All readers find the bytes of `raw` in the shards at `paths`, in order."""
    dtypes = {check_layout(path) for path in paths}
    assert len(dtypes) == 1, dtypes
    expected = np.frombuffer(raw, dtypes.pop())
    for name, read in READERS.items():
        tokens = np.frombuffer(b"".join(read(path) for path in paths), expected.dtype)
        assert np.array_equal(tokens, expected), f"{name} disagrees on {paths}"
    print(f"      {', '.join(path.name for path in paths)}: {len(expected)} tokens, {', '.join(READERS)} agree")


def write_foreign(folder, tokens):
    """The same tokens as pyarrow would write them: Parquet in one large row group, Arrow file and stream."""
    rows, seq_len = tokens.shape
    binary = pa.array([row.tobytes() for row in tokens], pa.binary(seq_len * tokens.itemsize))
    table = pa.table([binary], schema=pa.schema([pa.field("tokens", binary.type, nullable=False)]))
    parquet = folder / "theirs.parquet"
    paging = {"write_page_index": True, "data_page_size": 2**12, "write_batch_size": 32}
    pq.write_table(table, parquet, compression="none", use_dictionary=False, **paging)
    yield parquet
    lists = pa.FixedSizeListArray.from_arrays(pa.array(tokens.reshape(-1)), seq_len)
    labels = pa.array([f"label {row % 3}" for row in range(rows)]).dictionary_encode()
    table = pa.table({"label": labels, "tokens": lists})
    for name, new_writer in (("theirs.arrow", pa.ipc.new_file), ("theirs.arrows", pa.ipc.new_stream)):
        with new_writer(folder / name, table.schema) as writer:
            writer.write_table(table, max_chunksize=rows // 3)
        yield folder / name


def check_theirs(folder, dtype):
    tokens = np.random.default_rng(7).integers(0, 60_000, (1000, 64)).astype(DTYPES[dtype])
    block_bytes = tokens.nbytes // 2
    paths = [str(path) for path in write_foreign(folder, tokens)]
    command = ["node", str(HERE / "read-shards.js"), "64", dtype, str(block_bytes), *paths]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\n")[:-1]
    assert len(lines) == len(paths)
    for path, line in zip(paths, lines):
        digest, blocks = line.split()
        assert digest == hashlib.sha256(tokens.tobytes()).hexdigest(), f"we misread {path}"
        assert int(blocks) > 1, f"{path} should have been cut in blocks"
    print(f"      {dtype} by pyarrow, as Parquet and Arrow file and stream: we agree")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--expected", type=pathlib.Path)
    parser.add_argument("shards", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if options.expected:
        return check_ours(options.shards, options.expected.read_bytes())
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run(["node", str(HERE / "write-shards.js"), scratch], check=True)
        shards = sorted(folder.glob("*.parquet"))
        assert len(shards) == 4, shards
        for shard in shards:
            check_ours([shard], shard.with_suffix(".bin").read_bytes())
        for dtype in DTYPES:
            check_theirs(folder, dtype)


if __name__ == "__main__":
    sys.exit(main())
