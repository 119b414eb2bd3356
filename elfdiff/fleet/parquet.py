"""The journal's rows as Parquet (extra ``fleet``), for notebooks and databases."""

from __future__ import annotations

from elfdiff.elf.reading import shown
from elfdiff.errors import ElfdiffError
from elfdiff.fleet.journal import Journal


def write_parquet(journal: Journal, path: str) -> None:
    """One row a pair: id, package, state, verdict, roots and inputs (lists), bytes, the manifest's columns (JSON).

    ElfdiffError without pyarrow.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise ElfdiffError("--parquet needs the extra fleet: pip install 'elfdiff[fleet]'") from error
    rows = [
        {
            "id": name,
            "package": package,
            "missing": missing,
            "state": answer["state"] if answer else None,
            "verdict": answer.get("verdict") if answer else None,
            "roots": sorted(answer.get("roots", ())) if answer else [],
            "inputs": answer.get("inputs", []) if answer else [],
            "differing": answer.get("differing") if answer else None,
            "unexplained": answer.get("unexplained") if answer else None,
            "toolchain": answer.get("toolchain") if answer else None,
            "failure": answer.get("failure") if answer else None,
            "sentence": answer.get("sentence") if answer else None,
            "columns": columns,
        }
        for (name, package, missing, answer), columns in zip(journal.results(), journal.columns(), strict=True)
    ]
    text, number, texts = pyarrow.string(), pyarrow.int64(), pyarrow.list_(pyarrow.string())
    schema = pyarrow.schema(
        [
            *((name, text) for name in ("id", "package", "missing", "state", "verdict")),
            ("roots", texts),
            ("inputs", texts),
            ("differing", number),
            ("unexplained", number),
            *((name, text) for name in ("toolchain", "failure", "sentence", "columns")),
        ]
    )
    try:
        parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), path)
    except OSError as error:
        raise ElfdiffError(f"{shown(path)}: cannot be written ({error})") from error
