"""No statement reads a whole table: its cost must not grow with what is kept (07 section 23, 9).

Statements that are put together at run time are seen only as far as their literals go.
"""

import pathlib
import re
import sqlite3
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LITERALS = re.compile(r'(?:"(?:[^"\\]|\\.)*"\s*)+')
# Few rows, or read in order of their key from one end.
SMALL = {
    "grid_api_keys",
    "grid_budgets",
    "grid_models",
    "leases",
    "mod_scaibunker_bunkers",
    "mod_scaicore_cores",
    "nodes",
    "schema_migrations",
    "tenants",
}
FROM_ONE_END = {"SELECT id, n FROM mod_scaicore_events ORDER BY id DESC LIMIT 1"}


def statements():
    for path in sorted((ROOT / "apps").rglob("*.cpp")):
        if path.name.endswith("_test.cpp"):
            continue
        text = path.read_text(encoding="utf-8")
        live = re.search(r'constexpr char is_live\[\] = "([^"]*)"', text)
        if live:
            text = re.sub(r'"\)?\s*\+\s*is_live\s*\+\s*"', live[1], text)
        for match in LITERALS.finditer(text):
            sql = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[0]))
            if re.match(r"(SELECT|UPDATE|DELETE) ", sql):
                yield path.relative_to(ROOT), sql


class QueryPlans(unittest.TestCase):
    def test_nothing_scans_a_table(self):
        with sqlite3.connect(":memory:") as database:
            for step in sorted((ROOT / "migrations").glob("*.sqlite.sql")):
                database.executescript(step.read_text(encoding="utf-8"))
            seen, found = 0, []
            for path, sql in statements():
                try:
                    rows = database.execute("EXPLAIN QUERY PLAN " + sql, [None] * sql.count("?")).fetchall()
                except sqlite3.Error:
                    continue  # a part of a statement
                seen += 1
                for row in rows:
                    scanned = re.match(r"SCAN (\w+)", row[3])
                    if scanned and scanned[1] not in SMALL | {"CONSTANT"} and sql not in FROM_ONE_END:
                        found.append(f"{path}: {sql}: {row[3]}")
            self.assertGreater(seen, 50)
            self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main()
