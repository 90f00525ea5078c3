"""Flows over HTTP: create, read, save as immutable versions, delete; refusals with its documented error."""

import json
import sqlite3
import unittest

from tests.support.scaiflow import Server, example, query


class Flows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        self.flow = self.server.create_flow(example("echo-agent"), name=f"Echo {self.id()[-40:]}")
        self.path = f"/v1/flows/{self.flow['id']}"

    def error(self, reply, status, code):
        self.assertEqual(reply.status, status, reply)
        detail = reply.json["detail"]
        self.assertEqual(detail["error"], code, reply)
        self.assertTrue(detail["message"])
        return detail

    def test_create_gives_the_row_and_where_it_is(self):
        document = example("echo-agent")
        reply = self.server.post("/v1/flows", {"name": "Made", "description": "d", "content": document})
        self.assertEqual(reply.status, 201)
        flow = reply.json
        self.assertRegex(flow["id"], r"^flow_[0-9a-hjkmnp-tv-z]{26}$")
        self.assertEqual(reply.headers["location"], f"/v1/flows/{flow['id']}")
        self.assertEqual(reply.headers["etag"], '"r1.a"')
        self.assertEqual((flow["name"], flow["description"], flow["version"]), ("Made", "d", "1.0.0"))
        self.assertEqual((flow["owner_id"], flow["tenant_id"], flow["access"]), ("local", "local", "admin"))
        self.assertEqual(flow["content"]["id"], flow["id"])
        self.assertEqual(flow["content"]["name"], "Made")
        self.assertIsNone(flow["last_deployment"])

    def test_a_save_makes_a_new_version_and_keeps_the_old_object(self):
        content = self.flow["content"]
        content["nodes"][1]["config"]["template"] = "Changed: {{message}}"
        reply = self.server.put(self.path, {"content": content, "note": "wording"})
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json["version"], "1.0.1")
        self.assertEqual(reply.json["skipped"], [])
        folder = self.server.data_dir / "storage/objects/flows/local" / self.flow["id"]
        self.assertEqual(sorted(p.name for p in folder.iterdir()), ["v1.0.0.flow.json", "v1.0.1.flow.json"])
        old = self.server.get(f"{self.path}/versions/1.0.0").json
        self.assertEqual(old["content"]["nodes"][1]["config"]["template"], "You said: {{message}}")
        versions = self.server.get(f"{self.path}/versions").json
        self.assertEqual([v["version"] for v in versions["items"]], ["1.0.1", "1.0.0"])
        self.assertEqual(versions["items"][0]["note"], "wording")
        self.assertEqual(
            versions["items"][0]["storage_key"], f"flows/local/{self.flow['id']}/v1.0.1.flow.json"
        )

    def test_minor_and_major_steps(self):
        content = self.flow["content"]
        self.assertEqual(
            self.server.put(self.path, {"content": content, "bump": "minor"}).json["version"], "1.1.0"
        )
        self.assertEqual(
            self.server.put(self.path, {"content": content, "bump": "major"}).json["version"], "2.0.0"
        )
        self.error(self.server.put(self.path, {"content": content, "bump": "huge"}), 422, "validation_error")

    def test_a_new_name_is_no_new_version(self):
        reply = self.server.put(self.path, {"name": "Renamed", "description": None})
        self.assertEqual((reply.json["version"], reply.json["revision"]), ("1.0.0", 2))
        self.assertEqual(reply.json["content"]["name"], "Renamed")
        self.error(self.server.put(self.path, {}), 422, "validation_error")

    def test_restore_makes_the_old_content_new(self):
        content = self.flow["content"]
        content["nodes"][1]["config"]["template"] = "Second"
        self.server.put(self.path, {"content": content})
        reply = self.server.post(f"{self.path}/versions/1.0.0/restore", {"note": "back"})
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json["version"], "1.0.2")
        self.assertEqual(reply.json["content"]["nodes"][1]["config"]["template"], "You said: {{message}}")
        newest = self.server.get(f"{self.path}/versions").json["items"][0]
        self.assertEqual((newest["origin"], newest["restored_from"]), ("restore", "1.0.0"))

    def test_optimistic_concurrency(self):
        etag = self.server.get(self.path).headers["etag"]
        self.assertEqual(self.server.get(self.path, headers={"If-None-Match": etag}).status, 304)
        self.assertEqual(self.server.put(self.path, {"name": "A"}, headers={"If-Match": etag}).status, 200)
        detail = self.error(
            self.server.put(self.path, {"name": "B"}, headers={"If-Match": etag}), 412, "version_mismatch"
        )
        self.assertEqual(detail["current_version"], "1.0.0")
        self.assertEqual(detail["current_etag"], '"r2.a"')
        self.assertEqual(self.server.put(self.path, {"name": "C"}, headers={"If-Match": "1.0.0"}).status, 200)
        self.assertEqual(self.server.get(self.path).json["name"], "C")

    def test_the_list_is_searched_sorted_and_paged(self):
        names = ["Straße Alpha", "STRASSE Beta", "strasse gamma"]
        for name in names:
            self.server.create_flow(example("echo-agent"), name=name)
        reply = self.server.get("/v1/flows" + query(search="strasse", sort="name", order="asc", limit=2)).json
        self.assertEqual(reply["total"], 3)
        self.assertEqual([f["name"] for f in reply["items"]], names[:2])
        reply = self.server.get(
            "/v1/flows" + query(search="strasse", sort="name", order="asc", limit=2, offset=2)
        )
        self.assertEqual([f["name"] for f in reply.json["items"]], names[2:])
        self.assertNotIn("content", reply.json["items"][0])
        self.assertEqual(self.server.get("/v1/flows" + query(search="100%_")).json["total"], 0)
        for bad in ({"limit": 0}, {"limit": 501}, {"limit": "x"}, {"offset": -1}, {"sort": "size"}):
            self.error(self.server.get("/v1/flows" + query(**bad)), 422, "validation_error")

    def test_delete_hides_and_undelete_brings_back(self):
        self.assertEqual(self.server.delete(self.path).status, 204)
        self.error(self.server.get(self.path), 404, "not_found")
        self.assertEqual(self.server.post(f"{self.path}/undelete").status, 200)
        self.assertEqual(self.server.get(self.path).status, 200)
        self.error(self.server.post(f"{self.path}/undelete"), 404, "not_found")

    def test_bad_bodies_name_the_place_and_lose_nothing(self):
        headers = {"Content-Type": "application/json"}
        self.error(self.server.post("/v1/flows", b"{", headers=headers), 400, "bad_request")
        self.error(
            self.server.post("/v1/flows", b'{"name": "a", "name": "b"}', headers=headers), 400, "bad_request"
        )
        self.error(
            self.server.post("/v1/flows", b"{}", headers={"Content-Type": "text/plain"}),
            415,
            "unsupported_media_type",
        )
        self.error(
            self.server.post("/v1/flows", {"name": "", "content": example("echo-agent")}),
            422,
            "validation_error",
        )
        broken = example("echo-agent")
        del broken["nodes"][1]["type"]
        detail = self.error(self.server.put(self.path, {"content": broken}), 422, "validation_error")
        self.assertEqual(detail["errors"][0]["path"], "/content/nodes/1")
        self.assertIn("missing field 'type'", detail["errors"][0]["message"])
        self.assertEqual(self.server.get(self.path).json["version"], "1.0.0")

    def test_a_flow_that_does_not_compile_can_be_saved(self):
        content = self.flow["content"]
        content["edges"] = []
        content["nodes"] = content["nodes"][1:]
        self.assertEqual(self.server.put(self.path, {"content": content}).status, 200)

    def test_over_long_bodies_are_refused(self):
        big = json.dumps({"name": "x", "content": {"pad": "x" * (6 * 1024 * 1024)}})
        reply = self.server.post("/v1/flows", big, headers={"Content-Type": "application/json"})
        self.assertEqual(self.error(reply, 413, "body_too_large")["limit"], 6 * 1024 * 1024)

    def test_credentials(self):
        self.error(self.server.get("/v1/flows", token=False), 401, "not_authenticated")
        reply = self.server.get("/v1/flows", token="wrong")
        self.error(reply, 401, "invalid_token")
        self.assertIn("Bearer", reply.headers["www-authenticate"])

    def test_unknown_things(self):
        self.error(self.server.get("/v1/flows/flow_none"), 404, "not_found")
        self.error(self.server.get("/v1/nothing"), 404, "not_found")
        self.error(self.server.get(f"{self.path}/versions/9.9.9"), 404, "not_found")
        reply = self.server.request("PATCH", self.path, {})
        self.assertEqual(reply.status, 405)
        self.assertIn("PUT", reply.headers["allow"])

    def test_an_idempotency_key_repeats_the_answer(self):
        body = {"name": "Once", "content": example("echo-agent")}
        headers = {"Idempotency-Key": f"key-{self.id()}"}
        first = self.server.post("/v1/flows", body, headers=headers)
        again = self.server.post("/v1/flows", body, headers=headers)
        self.assertEqual(again.json["id"], first.json["id"])
        self.assertEqual(again.headers["idempotent-replay"], "true")
        self.error(
            self.server.post("/v1/flows", {**body, "name": "Other"}, headers=headers),
            409,
            "idempotency_conflict",
        )

    def test_both_prefixes_serve_the_same(self):
        self.assertEqual(self.server.get(f"/api{self.path}").json["id"], self.flow["id"])

    def test_content_that_changed_behind_our_back_is_noticed(self):
        key = self.server.get(f"{self.path}/versions").json["items"][0]["storage_key"]
        path = self.server.data_dir / "storage/objects" / key
        path.chmod(0o640)
        path.write_text(path.read_text().replace("You said", "I said"))
        self.server.restart()
        self.error(self.server.get(self.path), 500, "storage_corrupt")


class Durability(unittest.TestCase):
    def test_flows_survive_kill_9(self):
        with Server() as server:
            flow = server.create_flow(example("customer-support"))
            server.restart()
            self.assertEqual(server.get(f"/v1/flows/{flow['id']}").json["content"], flow["content"])

    def test_two_servers_do_not_share_a_folder(self):
        with Server() as server:
            with self.assertRaisesRegex(RuntimeError, "already|in use|another"):
                Server(data_dir=server.data_dir.parent)

    def test_the_schema_is_recorded(self):
        with Server() as server:
            server.stop()
            rows = (
                sqlite3.connect(server.data_dir / "scaiflow.db")
                .execute("select step, state from schema_migrations order by step")
                .fetchall()
            )
            self.assertGreaterEqual(len(rows), 1)
            self.assertTrue(all(state == "done" for _, state in rows))


if __name__ == "__main__":
    unittest.main()
