"""Others open a run's log and its export, and answer questions about it as we do, to the last digit that float64 allows.

python test/interop/check_questions.py     records a run with dist, exports it, and asks DuckDB, polars and plain Python

What float64 allows, for n losses x (float32, widened) whose absolute values add up to A, with u = 2^-53:
- counts, first, last, least and greatest losses: equal.
- the sum in the order of the log, added here in plain Python: equal to ours to the bit; so are Welford's updates.
- a sum in any order: within (n-1)*u*A of the exact one (Jeannerod & Rump 2013), and a mean within u*A*(1+2u), one division more;
  where all x are multiples of 2^q and A < 2^(53+q), every order adds up exactly: all sums and means are equal to the bit.
- a mean by Welford's updates: within (2n+3)*u*A/n; its sum of squares S within 4*n*u*norm(x)*sqrt(S), since the condition
  number of a variance is norm(x)/sqrt(S) (Chan, Golub & LeVeque 1983).
Exact values are rational numbers.
"""

import collections
import json
import math
import pathlib
import subprocess
import sys
import tempfile
from fractions import Fraction

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
COMMAND = ["node", "dist/bin/counterweight.js"]
TABLES = ["instances", "observations", "shards", "steps"]
STEPS = 16  # of a bucket
U = Fraction(1, 2**53)

OBSERVATIONS = "from 'observations.parquet' where isfinite(loss)"
BY_DOMAIN = f"select domainName, step // {STEPS} as bucket, count(*), sum(loss::double), avg(loss) {OBSERVATIONS} group by all"
BY_INSTANCE = f"""
    select shard, row, any_value(domain), count(*), max(step),
           first(loss order by step, slot), last(loss order by step, slot), min(loss), max(loss),
           avg(loss), var_samp(loss)
    {OBSERVATIONS} group by shard, row"""
NEVER_VISITED = "select domainName, count(*), count(*) filter (visits = 0) from 'instances.parquet' where not heldOut group by all"
NEVER_IN_LOG = f"""
    select i.domainName, count(*) from 'instances.parquet' i
    anti join (select shard, row {OBSERVATIONS}) o using (shard, row) where not heldOut group by all"""


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def json_of(*command):
    return json.loads(run(*command))


class Losses:
    """Finite losses in the order of the log, and what float64 allows to be said of them."""

    def __init__(self):
        self.values = []

    def exactly(self):
        self.n = len(self.values)
        exact = [Fraction(x) for x in self.values]
        self.sum = sum(exact)
        self.size = sum(abs(x) for x in exact)
        squares = sum(x * x for x in exact)
        self.squares = squares - self.sum**2 / self.n
        self.norm = math.sqrt(squares)
        unit = Fraction(1, max(x.denominator for x in exact))  # powers of two all
        self.is_exact = self.size < 2**53 * unit
        return self

    def in_order(self):
        total = 0.0
        for x in self.values:
            total += x
        return total

    def welford(self):
        mean = squares = 0.0
        for at, x in enumerate(self.values):
            distance = x - mean
            mean += distance / (at + 1)
            squares += distance * (x - mean)
        return mean, squares

    def allow_sum(self, value):
        assert abs(Fraction(value) - self.sum) <= (self.n - 1) * U * self.size, (value, float(self.sum))
        assert not self.is_exact or value == self.in_order(), (value, self.in_order())

    def allow_mean(self, value):
        assert abs(Fraction(value) - self.sum / self.n) <= U * self.size * (1 + 2 * U), (value, float(self.sum / self.n))
        assert not self.is_exact or value == self.in_order() / self.n, (value, self.in_order() / self.n)

    def allow_updates(self, mean, squares):
        assert abs(Fraction(mean) - self.sum / self.n) <= (2 * self.n + 3) * U * self.size / self.n, (mean, self.values)
        allowed = 4 * self.n * 2**-53 * self.norm * math.sqrt(self.squares)
        assert abs(Fraction(squares) - self.squares) <= allowed, (squares, float(self.squares), self.values)


def grouped(rows, key):
    groups = collections.defaultdict(Losses)
    for row in rows:
        if math.isfinite(row["loss"]):
            groups[key(row)].values.append(row["loss"])
    return {name: losses.exactly() for name, losses in groups.items()}


def same(ours, theirs):
    """Equal, also where both are no number."""
    return ours == theirs or (isinstance(ours, float) and math.isnan(ours) and math.isnan(theirs))


def open_log(ledger, live, exported):
    """pyarrow and polars read every segment, raw and sealed; its live rows are those of the export, bit for bit."""
    paths = sorted(ledger.glob("*.arrows"), key=lambda path: path.name.split("-")[1])
    assert [path.name.split("-")[0] for path in paths] == ["sealed", "segment"], paths
    rows = []
    for path in paths:
        with ipc.open_stream(path) as stream:
            table = stream.read_all()
        table.validate(full=True)
        frame = pl.read_ipc_stream(path)
        for name in table.column_names:
            ours, theirs = table[name].to_pylist(), frame[name].to_list()
            assert all(map(same, ours, theirs)) and len(ours) == len(theirs), (path, name)
        rows += [row for row in table.to_pylist() if (row["step"], row["branch"]) in live]
        print(f"{path.name}: {table.num_rows} rows, pyarrow and polars agree")
    # Branches that were left lie in earlier segments, so the order of segments and rows is that of the steps.
    assert len(rows) == len(exported), (len(rows), len(exported))
    for ours, theirs in zip(rows, exported):
        assert all(same(value, theirs[name]) for name, value in ours.items()), (ours, theirs)


def open_export(folder):
    """pyarrow, polars and DuckDB read every file of an export, and the same of each; returns its tables as lists of rows."""
    assert sorted(path.stem for path in folder.iterdir()) == TABLES
    tables = {}
    for name in TABLES:
        path = folder / f"{name}.parquet"
        table = pq.read_table(path)
        table.validate(full=True)
        assert b"counterweight.run" in table.schema.metadata, table.schema
        rows = table.to_pylist()
        for reader, others in (
            ("polars", pl.read_parquet(path).to_dicts()),
            ("duckdb", duckdb.sql(f"from '{path}'").to_arrow_table().to_pylist()),
        ):
            assert len(others) == len(rows) > 0, (name, reader)
            for ours, theirs in zip(rows, others):
                assert ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours), (reader, ours, theirs)
        tables[name] = rows
        print(f"{path.name}: {len(rows)} rows of {table.num_columns} columns, pyarrow, polars and DuckDB agree")
    return tables


def check_by_domain(observations, answers, theirs):
    cells = grouped(observations, lambda row: (row["domainName"], row["step"] // STEPS))
    ours = {}
    for bucket in answers["byDomain"]["buckets"]:
        for cell in bucket["domains"]:
            name = (cell["domain"], bucket["first"] // STEPS)
            masked = [row for row in observations if (row["domainName"], row["step"] // STEPS) == name and not math.isfinite(row["loss"])]
            assert cell["masked"] == len(masked), (name, cell)
            if cell["losses"] > 0:
                ours[name] = cell
            else:
                assert cell["mean"] is None, cell
    assert ours.keys() == cells.keys()
    for name, losses in cells.items():
        cell = ours[name]
        assert (cell["losses"], cell["sum"]) == (losses.n, losses.in_order()), (name, cell)
        assert cell["mean"] == losses.in_order() / losses.n, (name, cell)
        losses.allow_sum(cell["sum"])
        losses.allow_mean(cell["mean"])
    exact = sum(losses.is_exact for losses in cells.values())
    assert 0 < exact < len(cells), "both kinds of sums are met"
    for reader, rows in theirs.items():
        assert {tuple(row[:2]) for row in rows} == cells.keys() and len(rows) == len(cells), reader
        for domain, bucket, count, total, mean in rows:
            losses = cells[domain, bucket]
            assert count == losses.n, (reader, domain, bucket)
            losses.allow_sum(total)
            losses.allow_mean(mean)
        equal = sum(ours[domain, bucket]["mean"] == mean for domain, bucket, _, _, mean in rows)
        print(f"mean loss by domain and steps, {reader}: {equal} of {len(cells)} to the bit, {exact} of which had to be; the others within the bound")


def check_by_instance(observations, instances, said, rows):
    ours = {}
    for values in zip(*said["instances"].values()):
        state = dict(zip(said["instances"], values))
        ours[state["shard"], state["row"]] = state
    losses_of = grouped(observations, lambda row: (row["shard"], row["row"]))
    assert ours.keys() == losses_of.keys() and len(ours) == said["size"] == len(rows)
    equal = 0
    for shard, row, domain, visits, last_step, first, last, least, greatest, mean, variance in rows:
        state, losses = ours[shard, row], losses_of[shard, row]
        names = ["domain", "visits", "lastStep", "firstLoss", "lastLoss", "minLoss", "maxLoss"]
        theirs = (domain, visits, last_step, first, last, least, greatest)
        assert tuple(state[name] for name in names) == theirs, (state, theirs)
        assert (state["mean"], state["squares"]) == losses.welford(), state
        losses.allow_updates(state["mean"], state["squares"])
        losses.allow_mean(mean)
        assert (variance is None) == (visits == 1), (shard, row, variance)
        if variance is not None:
            losses.allow_updates(state["mean"], variance * (visits - 1))
            equal += variance == state["squares"] / (visits - 1)
    several = sum(losses.n > 1 for losses in losses_of.values())
    print(f"instances, DuckDB: {len(rows)} alike in visits and losses; variances of {several} within the bound, {equal} to the bit")
    for row in instances:
        state = ours.get((row["shard"], row["row"]))
        theirs = (row["visits"], row["lastStep"], row["lastLoss"], row["minLoss"])
        assert theirs == ((0, None, None, None) if state is None else tuple(state[name] for name in ["visits", "lastStep", "lastLoss", "minLoss"])), row


def check_never_visited(instances, answers, counts, in_log):
    ours = {domain["domain"]: (domain["instances"], domain["neverVisited"]) for domain in answers["neverVisited"]}
    assert ours == {name: tuple(numbers) for name, *numbers in counts}, (ours, counts)
    missing = dict(in_log)
    assert all(missing.get(name, 0) == never for name, (_, never) in ours.items()), (ours, in_log)
    assert any(never > 0 for _, never in ours.values())
    visits = {(row["shard"], row["row"]): row["visits"] for row in instances}
    for domain in answers["neverVisited"]:
        assert all(visits[one["shard"], one["row"]] == 0 for one in domain["sample"]), domain
    print(f"never visited, DuckDB: {sum(never for _, never in ours.values())} instances in all, by domain as ours")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        record = subprocess.run(["node", HERE / "write-run.js", folder])
        assert record.returncode == -9, record
        dir, export = str(folder / "run"), folder / "export"
        run(*COMMAND, "export", dir, "--to", str(export))
        tables = open_export(export)
        said = json_of("node", HERE / "answer-questions.js", dir)
        open_log(folder / "run" / "ledger", {tuple(step) for step in said["steps"]}, tables["observations"])

        answers = json_of(*COMMAND, "ask", dir, "--by-domain", str(STEPS), "--never-visited", "4", "--json")
        connection = duckdb.connect(config={"threads": 1})
        connection.execute(f"set file_search_path = '{export}'")
        ask = lambda sql: connection.execute(sql).fetchall()
        in_node = BY_DOMAIN.replace("'observations.parquet'", "observations")
        frame = pl.read_parquet(export / "observations.parquet").filter(pl.col("loss").is_finite())
        loss = pl.col("loss").cast(pl.Float64)
        by_polars = frame.group_by("domainName", pl.col("step") // STEPS).agg(pl.len(), loss.sum().alias("sum"), loss.mean().alias("mean"))
        theirs = {
            "DuckDB": ask(BY_DOMAIN),
            "DuckDB by counterweight query": [list(row.values()) for row in json_of(*COMMAND, "query", dir, in_node, "--format", "json")],
            "polars": by_polars.rows(),
        }
        check_by_domain(tables["observations"], answers, theirs)
        check_by_instance(tables["observations"], tables["instances"], said, ask(BY_INSTANCE))
        check_never_visited(tables["instances"], answers, ask(NEVER_VISITED), ask(NEVER_IN_LOG))


if __name__ == "__main__":
    sys.exit(main())
