"""Medians, ratios, and the tables made of them."""

from datetime import datetime, timezone
from statistics import median

from .workloads import METRICS, Workload

# The column that the others are compared with.
YARDSTICK = "pgbouncer"
INTRODUCTION = (
    "What [run](README.md) wrote. × is a column's ratio to PgBouncer in the same round, the median of the rounds; !"
    " marks what is worse than PgBouncer. Where the load is well above the number of cores, other programs ran at the"
    " same time: then only the ratios say something, and those of times less than those of CPU."
)


class Results:
    """Figures by workload, column and metric, one per round."""

    def __init__(self, columns: list[str]):
        self.columns = columns
        self.workloads: dict[str, Workload] = {}
        self.figures: dict[tuple[str, str, str], list[float]] = {}

    def add(self, workload: Workload, column: str, measured: dict) -> None:
        self.workloads[workload.name] = workload
        for metric, value in measured.items():
            self.figures.setdefault((workload.name, column, metric), []).append(value)

    def median(self, workload: str, column: str, metric: str) -> float | None:
        values = self.figures.get((workload, column, metric))
        return median(values) if values else None

    def ratio(self, workload: str, column: str, metric: str) -> float | None:
        """
        Median of the rounds' ratios to the yardstick. Within a round the columns follow each other closely, so
        what else the machine does falls on all of them.
        """
        mine = self.figures.get((workload, column, metric), [])
        yardstick = self.figures.get((workload, YARDSTICK, metric), [])
        pairs = [a / b for a, b in zip(mine, yardstick) if b]
        return median(pairs) if pairs else None

    def rows(self, workload: str) -> list[list[str]]:
        """One per metric: title, then value and ratio for each column."""
        rows = []
        for name, metric in METRICS.items():
            if not any((workload, column, name) in self.figures for column in self.columns):
                continue
            row = [metric.title]
            for column in self.columns:
                value = self.median(workload, column, name)
                row.append("" if value is None else metric.format.format(value))
                if column != YARDSTICK:
                    row.append(self._judged(workload, column, name))
            rows.append(row)
        return rows

    def header(self) -> list[str]:
        columns = ([column] if column == YARDSTICK else [column, "×"] for column in self.columns)
        return [""] + [cell for cells in columns for cell in cells]

    def _judged(self, workload: str, column: str, metric: str) -> str:
        ratio = self.ratio(workload, column, metric)
        if ratio is None:
            return ""
        better = ratio >= 1 if METRICS[metric].more_is_better else ratio <= 1
        return f"{ratio:.2f}{'' if better else ' !'}"


def text_table(results: Results, workload: str) -> str:
    rows = [results.header(), *results.rows(workload)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [results.workloads[workload].what + notes(results, workload)]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def notes(results: Results, workload: str) -> str:
    texts = [f"{c}: {n}" for c, n in results.workloads[workload].notes.items() if c in results.columns]
    return f" ({'; '.join(texts)})" if texts else ""


def markdown(results: Results, facts: dict[str, str]) -> str:
    """The file RESULTS.md."""
    lines = ["# Results", "", INTRODUCTION, ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += [f"- date: {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC", ""]
    for workload in results.workloads:
        header = results.header()
        lines += [f"## {results.workloads[workload].what}{notes(results, workload)}", ""]
        lines += ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
        lines += ["| " + " | ".join(row) + " |" for row in results.rows(workload)] + [""]
    return "\n".join(lines)
