"""What pyarrow, polars and DuckDB take for the ledger's work. Asked by peers.js: a JSON object on a line, answered by another.

    {"do": "append", "path", "steps", "stepRows", "columns": "ours" | "few"}   Arrow IPC, fsync after each step
    {"do": "polars", "folder"}              mean loss by domain and 1,000 steps over the sealed segments of a ledger, mapped
    {"do": "duckdb", "path", "threads"}     the same over exported Parquet
"""
import glob, json, os, sys, time


def timed(act):
    started = time.perf_counter()
    result = act()
    return {"seconds": time.perf_counter() - started, **(result or {})}


def step_batches(steps, rows, columns):
    """Batches made beforehand: the ledger's eleven columns, or the four (13 bytes a row) that peers/e_ledger.py writes."""
    import numpy as np, pyarrow as pa

    rng = np.random.default_rng(0)
    loss = rng.gamma(4, 1, rows).astype(np.float32)
    ids = rng.integers(0, 1 << 20, rows, dtype=np.uint32)
    u16 = (ids % 7).astype(np.uint16)
    share = np.full(rows, 0.5, np.float32)

    def batch(step):
        of_step = np.full(rows, step, np.uint32)
        if columns == "few":
            return {"step": of_step, "id": ids, "dom": u16.astype(np.uint8), "loss": loss}
        named = {"step": of_step, "branch": u16, "shard": ids % 7, "row": ids, "domain": u16, "loss": loss, "targets": ids}
        return {**named, "weight": share, "probability": share, "base": share, "trained": ids % 2 == 0}

    return [pa.record_batch({k: pa.array(v) for k, v in batch(s).items()}) for s in range(1, steps + 1)]


def append(path, steps, stepRows, columns):
    import pyarrow.ipc as ipc

    batches = step_batches(steps, stepRows, columns)

    def write():
        with open(path, "wb", buffering=0) as file:
            with ipc.new_stream(file, batches[0].schema) as stream:
                for batch in batches:
                    stream.write_batch(batch)
                    os.fsync(file.fileno())

    answer = timed(write)
    size = os.path.getsize(path)
    os.remove(path)
    return {**answer, "bytes": size}


def summary(rows):
    """Rows in all, and the sum of the means: whether contenders agree."""
    return {"cells": len(rows), "rows": sum(n for _, n in rows), "means": sum(mean for mean, _ in rows)}


def polars(folder):
    import polars as pl, pyarrow as pa, pyarrow.ipc as ipc

    def scan():
        segments = sorted(glob.glob(os.path.join(folder, "sealed-*.arrows")))
        tables = [ipc.open_stream(pa.memory_map(segment)).read_all() for segment in segments]
        frame = pl.from_arrow(pa.concat_tables(tables), rechunk=False).lazy()
        by = frame.group_by("domain", (pl.col("step") // 1000).alias("bucket"))
        return summary(by.agg(pl.col("loss").mean().alias("mean"), pl.len().alias("n")).collect().select("mean", "n").rows())

    return timed(scan)


def duckdb(path, threads):
    import duckdb

    query = f"select avg(loss), count(*) from '{path}' group by domain, step // 1000"

    def scan():
        with duckdb.connect(":memory:", config={"threads": threads}) as connection:
            return summary(connection.execute(query).fetchall())

    return timed(scan)


for line in sys.stdin:
    asked = json.loads(line)
    answer = {"append": append, "polars": polars, "duckdb": duckdb}[asked.pop("do")](**asked)
    print(json.dumps(answer), flush=True)
