"""Others open the segments of a ledger, the sealed and the raw, and say of them what we say.

python test/interop/check_ledger.py     writes a ledger from dist and reads it with pyarrow and polars
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc

HERE = pathlib.Path(__file__).parent
COLUMNS = {
    "step": pa.uint32(),
    "branch": pa.uint16(),
    "shard": pa.uint32(),
    "row": pa.uint32(),
    "domain": pa.uint16(),
    "loss": pa.float32(),
    "targets": pa.uint32(),
    "weight": pa.float32(),
    "probability": pa.float32(),
    "base": pa.float32(),
    "trained": pa.bool_(),
}


def with_pyarrow(segments):
    """One table of all segments; also what DESIGN promises of each: its columns, nothing null; raw, a record batch a step, and
    sealed, batches of equal size, but for the last, that may end within a step."""
    tables = []
    for path in segments:
        with ipc.open_stream(path) as stream:
            batches = list(stream)
        assert {field.name: field.type for field in batches[0].schema} == COLUMNS, batches[0].schema
        steps = [set(batch["step"].to_pylist()) for batch in batches]
        if path.name.startswith("segment-"):
            assert all(len(step) == 1 for step in steps) and len(set.union(*steps)) == len(batches), steps
        else:
            assert [batch.num_rows for batch in batches[:-1]] == [100] * (len(batches) - 1) and batches[-1].num_rows <= 100
            assert any(before & after for before, after in zip(steps, steps[1:])), "no batch ended within a step"
        for batch in batches:
            batch.validate(full=True)
            assert not any(column.null_count for column in batch.columns)
        tables.append(pa.Table.from_batches(batches))
    return pa.concat_tables(tables)


def with_polars(segments):
    return pl.concat([pl.read_ipc_stream(path) for path in segments])


def close(ours, theirs):
    assert ours.keys() == theirs.keys(), (ours, theirs)
    for name, value in ours.items():
        assert math.isclose(value, theirs[name], rel_tol=1e-12), (name, value, theirs[name])


def main():
    with tempfile.TemporaryDirectory() as folder:
        said = json.loads(subprocess.run(["node", HERE / "write-ledger.js", folder], check=True, stdout=subprocess.PIPE).stdout)
        segments = sorted(pathlib.Path(folder).glob("*.arrows"))
        assert [path.name for path in segments] == ["sealed-000001.arrows", "segment-000002.arrows"], segments
        live = {(line["step"], line["branch"]): line["rows"] for line in said["steps"]}
        ours = said["meanLoss"]

        table = with_pyarrow(segments)
        rows = [row for row in table.to_pylist() if (row["step"], row["branch"]) in live]
        assert len(rows) < table.num_rows, "the abandoned branch is in the segments too"
        for name, values in said["columns"].items():
            theirs = [None if isinstance(row[name], float) and math.isnan(row[name]) else row[name] for row in rows]
            assert theirs == values, name
        kept = pa.Table.from_pylist([row for row in rows if math.isfinite(row["loss"])], schema=table.schema)
        kept = kept.select(["domain"]).append_column("loss", pc.cast(kept["loss"], pa.float64()))
        means = kept.group_by("domain").aggregate([("loss", "mean")]).to_pylist()
        close(ours, {str(row["domain"]): row["loss_mean"] for row in means})
        print(f"pyarrow: {table.num_rows} rows in {len(segments)} segments, {len(rows)} of them live, mean loss by domain as ours")

        frame = with_polars(segments)
        assert frame.height == table.num_rows and frame.to_arrow()["trained"].to_pylist() == table["trained"].to_pylist()
        steps = pl.DataFrame({"step": [s for s, _ in live], "branch": [b for _, b in live]}, schema={"step": pl.UInt32, "branch": pl.UInt16})
        alive = frame.join(steps, on=["step", "branch"], how="semi").filter(pl.col("loss").is_finite())
        means = alive.group_by("domain").agg(pl.col("loss").cast(pl.Float64).mean())
        close(ours, {str(domain): loss for domain, loss in means.iter_rows()})
        print("polars: mean loss by domain as ours")

        means = duckdb.sql("select domain, avg(loss) from kept group by domain").fetchall()
        close(ours, {str(domain): loss for domain, loss in means})
        print("duckdb, over pyarrow: mean loss by domain as ours")


if __name__ == "__main__":
    sys.exit(main())
