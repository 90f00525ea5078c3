"""docs/adding-a-kind.md, steps 1 to 3, with the kinds of tests/new_kind: nothing is missing.

That a compiler with these outputs knows the kinds is proved by tests/new_kind/new_kind_test.cpp."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import generate
import source

sys.path.insert(0, str(generate.ROOT / "tests/new_kind"))
import tree

NEW = ("tool_greet", "data_upper")


class AddingAKind(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        cls.made = tree.make(cls.root)
        cls.before = generate.collect(generate.ROOT)

    def test_every_output_about_kinds_has_it(self):
        for kind in NEW:
            for path in ("generated/cpp/kinds.cpp", "generated/ts/kinds.ts", "docs/reference/kinds.md"):
                self.assertIn(kind, self.made[path], path)
            self.assertIn(source.pascal(kind.replace("_", ".")), self.made["generated/cpp/kinds.h"])
            schema = json.loads(self.made["generated/schema/scaiflow-v2.schema.json"])
            self.assertIn(kind, json.dumps(schema))

    def test_it_has_a_page_with_its_text_fields_and_yaml(self):
        page = self.made["docs/reference/kinds/tool_greet.md"]
        for part in (
            "# Greet",
            "by way of a plugin",
            "| `patience` | dur |",
            "plugin_call:",
            "(../diagnostics.md#f201)",
        ):
            self.assertIn(part, page)

    def test_only_custom_lowering_asks_for_a_function(self):
        header = self.made["generated/cpp/kind_lowering.h"]
        self.assertIn("ir::Block lower_data_upper(LowerInput& input);", header)
        self.assertNotIn("lower_tool_greet", header)

    def test_nothing_else_changes(self):
        about_kinds = {
            "generated/cpp/kinds.h",
            "generated/cpp/kinds.cpp",
            "generated/cpp/kind_lowering.h",
            "generated/cpp/kind_lowering.cpp",
            "generated/ts/kinds.ts",
            "docs/reference/kinds.md",
            "generated/schema/scaiflow-v2.schema.json",
        }
        changed = {path for path, text in self.made.items() if self.before.get(path) != text}
        self.assertEqual(changed - about_kinds, {f"docs/reference/kinds/{kind}.md" for kind in NEW})

    def test_a_kind_without_text_or_example_is_refused(self):
        for name, error in (("doc.md", FileNotFoundError), ("tests/example.flowtest", FileNotFoundError)):
            file = self.root / "kinds/tool_greet" / name
            kept = file.read_text(encoding="utf-8")
            file.unlink()
            with self.assertRaises(error):
                generate.collect(self.root)
            file.write_text(kept, encoding="utf-8")

    def test_an_example_that_is_not_the_one_of_the_text_is_refused(self):
        file = self.root / "kinds/tool_greet/doc.md"
        kept = file.read_text(encoding="utf-8")
        file.write_text(kept.replace("2s", "3s"), encoding="utf-8")
        with self.assertRaisesRegex(source.SourceError, "no node is the first example"):
            generate.collect(self.root)
        file.write_text(kept, encoding="utf-8")


if __name__ == "__main__":
    unittest.main()
