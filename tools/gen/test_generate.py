"""The generator reads its sources strictly, and its outputs are fresh and mean what chapter 02 says."""
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import emit_diagnostics
import emit_errors
import emit_kinds_cpp
import emit_schema
import generate
import kinds
import source

ROOT = generate.ROOT


def kind_named(name):
    return next(kind for kind in kinds.read(ROOT)[0] if kind["id"] == name)


class Sources(unittest.TestCase):
    def load_text(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "x.yaml"
            file.write_text(text, encoding="utf-8")
            return source.load(file)

    def test_a_repeated_key_is_refused(self):
        with self.assertRaises(source.SourceError):
            self.load_text("a: 1\na: 2\n")

    def test_only_true_and_false_are_booleans(self):
        self.assertEqual(self.load_text("a: [on, off, yes, true]\n"), {"a": ["on", "off", "yes", True]})

    def test_a_misspelt_key_is_refused(self):
        with self.assertRaises(source.SourceError):
            source.check_keys("x", {"nmae": 1}, ("name",))

    def test_an_unknown_widget_is_refused(self):
        field = {"name": "a", "label": "A", "help": "", "type": "text", "widget": "textbox"}
        with self.assertRaises(source.SourceError):
            kinds.read_field("x", field)

    def test_a_call_of_an_unknown_field_is_refused(self):
        lowering = {"call": {"plugin": "p", "method": "m", "args": ["b"]}}
        with self.assertRaises(source.SourceError):
            kinds.read_lowering("x", lowering, ["a"])


class Kinds(unittest.TestCase):
    def test_the_list_is_closed_and_in_chapter_order(self):
        found = [kind["id"] for kind in kinds.read(ROOT)[0]]
        self.assertEqual(len(found), 24)
        self.assertEqual(found[0], "entry_api")
        self.assertEqual(found[-1], "subflow_call")
        self.assertLess(found.index("compute_destroy"), found.index("subflow_call"))

    def test_common_fields_come_last(self):
        names = [field["name"] for field in kind_named("tool_http")["fields"]]
        self.assertEqual(names[-4:], ["result_binding", "breakpoint", "budget", "at_most_once"])
        self.assertNotIn("result_binding", [field["name"] for field in kind_named("entry_api")["fields"]])
        self.assertEqual([field["name"] for field in kind_named("llm_flexible")["fields"]].count("budget"), 1)

    def test_texts_of_a_shared_document_follow_from_the_widget(self):
        classes = {field["name"]: field["sync"] for field in kind_named("hitl_review")["fields"]}
        self.assertEqual(classes["sections"], "list")
        self.assertEqual(classes["queue"], "value")
        goal = next(field for field in kind_named("llm_guarded")["fields"] if field["name"] == "goal")
        self.assertEqual(goal["sync"], "text")

    def test_expression_codes_are_expanded(self):
        self.assertIn("F304", kind_named("llm_rigid")["diagnostics"])

    def test_names_of_diagnostics_exist(self):
        known = {entry["code"] for entry in emit_diagnostics.read(ROOT)}
        for kind in kinds.read(ROOT)[0]:
            self.assertLessEqual(set(kind["diagnostics"]), known, kind["id"])

    def test_main_and_subtitle_name_fields(self):
        for kind in kinds.read(ROOT)[0]:
            names = {field["name"] for field in kind["fields"]}
            used = {part.split("}")[0] for part in kind["subtitle"].split("{")[1:]}
            used |= {kind["main"]} if kind["main"] else set()
            self.assertLessEqual(used | set(kind["place"]), names, kind["id"])


class Outputs(unittest.TestCase):
    def test_they_are_fresh(self):
        self.assertEqual(generate.stale(ROOT, generate.collect(ROOT)), [])

    def test_equal_arrays_are_written_once(self):
        tables = emit_kinds_cpp.Tables()
        self.assertEqual(tables.texts(["a"]), tables.texts(["a"]))
        self.assertEqual(len(tables.lines), 1)

    def test_strings_hold_no_trigraphs(self):
        self.assertEqual(source.cpp_string('a??"'), '"a?\\?\\""')

    def test_error_codes_are_unique_over_both_families(self):
        errors = emit_errors.read(ROOT)
        codes = [error["code"] for family in ("grid", "api", "scir") for error in errors[family]]
        self.assertEqual(len(codes), len(set(codes)))


def flow(**changes):
    """A small valid document with top-level members replaced."""
    node = {"id": "entry", "type": "entry_api", "label": "In", "position": {"x": 0, "y": 0}}
    document = {"id": "flow_1", "name": "One", "version": "1.0.0", "nodes": [node], "edges": [],
                "config": {"core_identity": {"models": [{"role": "primary", "ref": "a", "model": "b"}]}}}
    return {**document, **changes}


class Schema(unittest.TestCase):
    def setUp(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads(emit_schema.emit(ROOT)[emit_schema.OUTPUT])
        jsonschema.Draft202012Validator.check_schema(schema)
        self.validator = jsonschema.Draft202012Validator(schema)

    def paths(self, document):
        return [list(error.path) for error in self.validator.iter_errors(document)]

    def test_a_small_flow_is_valid(self):
        self.assertEqual(self.paths(flow()), [])

    def test_the_examples_are_valid(self):
        examples = sorted((ROOT / "apps/canvas/src/pages/examples").glob("*.flow.json"))
        self.assertEqual(len(examples), 3)
        for example in examples:
            self.assertEqual(self.paths(json.loads(example.read_text(encoding="utf-8"))), [], example.name)

    def test_a_bad_field_is_found_at_its_place(self):
        node = {"id": "n", "type": "tool_http", "label": "", "position": {"x": 0, "y": 0},
                "config": {"timeout_s": 0, "unknown": 1}}
        self.assertEqual(self.paths(flow(nodes=[node])), [["nodes", 0, "config", "timeout_s"]])

    def test_a_conditional_edge_needs_a_condition(self):
        edge = {"id": "e", "type": "conditional", "source": {"node": "a"}, "target": {"node": "b"}}
        self.assertEqual(self.paths(flow(edges=[edge])), [["edges", 0]])


if __name__ == "__main__":
    unittest.main()
