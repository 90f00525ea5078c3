"""Preview, deploy, invoke, watch: the main job over HTTP alone, as the chapters document it."""

import base64
import hashlib
import json
import unittest

from tests.support.model_server import ModelServer, support_answers
from tests.support.scaiflow import EXAMPLES, Server, example, query

CORES = "/v1/modules/scaicore/cores"


def cyclic():
    document = example("echo-agent")
    document["edges"].append(
        {
            "id": "edge_back",
            "type": "sequential",
            "source": {"node": "node_echo", "port": "out"},
            "target": {"node": "node_echo", "port": "in"},
        }
    )
    return document


class Preview(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)

    def test_compile_gives_the_documented_bytes(self):
        addresses = {
            "echo-agent": "802af644c8cbbd865a2e2b065501e28c88e051cf334cca5f442a7725c4a843a6",
            "customer-support": "b3540ea4171191152c2b41caee97d17dba5d77c01139a1bcbea75af146834fbf",
            "expense-approver": "d70d93f42251e68abf7493442e83e7bac81bf435f7575d72a780d1667cc87975",
        }
        for name, address in addresses.items():
            yaml = self.server.post("/v1/flows/compile", {"content": example(name), "format": "yaml"}).json
            self.assertEqual(yaml["errors"], [])
            self.assertEqual(yaml["body"], (EXAMPLES / f"{name}.yaml").read_text())
            ir = self.server.post("/v1/flows/compile", {"content": example(name), "format": "ir"}).json
            self.assertEqual(hashlib.sha256(base64.b64decode(ir["body"])).hexdigest(), address)
            scai = self.server.post("/v1/flows/compile", {"content": example(name), "format": "scai"}).json
            self.assertIn("@core", scai["body"])

    def test_errors_are_in_band(self):
        reply = self.server.post("/v1/flows/compile", {"content": cyclic(), "format": "yaml"})
        self.assertEqual(reply.status, 200)
        self.assertIsNone(reply.json["body"])
        self.assertIn("cycle detected: node_echo -> node_echo", reply.json["errors"])

    def test_validate_names_node_and_code(self):
        document = example("customer-support")
        document["nodes"][1]["config"]["llm_role"] = "nobody"
        reply = self.server.post("/v1/flows/validate", {"content": document}).json
        self.assertFalse(reply["valid"])
        [problem] = [d for d in reply["diagnostics"] if d["severity"] == "error"]
        self.assertEqual((problem["code"], problem["node_id"]), ("F401", "node_classify"))
        self.assertEqual(
            problem["message"],
            "llm_role validation failed: node 'node_classify': llm_role='nobody' is not declared",
        )
        self.assertTrue(
            self.server.post("/v1/flows/validate", {"content": example("echo-agent")}).json["valid"]
        )

    def test_a_body_without_content(self):
        for path in ("/v1/flows/compile", "/v1/flows/validate"):
            self.assertEqual(self.server.post(path, {}).json["detail"]["error"], "validation_error")

    def test_run_tests_of_the_examples(self):
        for name in ("echo-agent", "customer-support", "expense-approver"):
            flow = self.server.create_flow(example(name))
            report = self.server.post(f"/v1/flows/{flow['id']}/run-tests", {})
            self.assertEqual(report.status, 200, report)
            self.assertEqual(report.json["failed"], 0, report)
            self.assertEqual(report.json["passed"], len(example(name)["tests"]))
        unknown = self.server.post(f"/v1/flows/{flow['id']}/run-tests", {"names": ["no such test"]})
        self.assertEqual(unknown.status, 422)


class MainJob(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.models = ModelServer(support_answers)
        cls.addClassCleanup(cls.models.close)
        cls.server = Server(env=cls.models.env())
        cls.addClassCleanup(cls.server.close)

    def test_echo_from_deploy_to_answer(self):
        deployment = self.server.deploy_example("echo-agent", rename("Echo First"))
        self.assertRegex(deployment["ir_hash"], r"^[0-9a-f]{64}$")
        self.assertEqual(deployment["version"], "1.0.0")
        self.assertEqual(deployment["published_slug"], "scaicore/local/echo-first")
        result = self.server.invoke(deployment["core_id"], {"message": "hello"})
        self.assertEqual((result["status"], result["output"]), ("completed", {"response": "You said: hello"}))
        events = self.server.get("/v1/modules/scaicore/events" + query(execution_id=result["execution_id"]))
        types = [e["type"].removeprefix("scaicore.runtime.") for e in events.json["data"]["events"]]
        self.assertEqual(
            types,
            [
                "invocation.started",
                "block.entered",
                "block.exited",
                "block.entered",
                "block.exited",
                "invocation.completed",
            ],
        )
        nodes = [e["payload"]["node_id"] for e in events.json["data"]["events"]]
        self.assertIn("node_echo", nodes)
        rows = self.server.get(f"/v1/flows/{deployment['flow_id']}/deployments").json
        self.assertEqual((rows["total"], rows["items"][0]["status"]), (1, "succeeded"))
        flow = self.server.get(f"/v1/flows/{deployment['flow_id']}").json
        self.assertEqual(flow["last_deployment"]["core_id"], deployment["core_id"])

    def test_deploying_again_keeps_the_core(self):
        document = example("echo-agent")
        document["name"] = "Echo Twice"
        flow = self.server.create_flow(document)
        first = self.server.post(f"/v1/flows/{flow['id']}/deploy").json
        content = self.server.get(f"/v1/flows/{flow['id']}").json["content"]
        content["nodes"][1]["config"]["template"] = "Again: {{message}}"
        self.server.put(f"/v1/flows/{flow['id']}", {"content": content})
        second = self.server.post(f"/v1/flows/{flow['id']}/deploy").json
        self.assertEqual(second["core_id"], first["core_id"])
        self.assertNotEqual(second["ir_hash"], first["ir_hash"])
        result = self.server.invoke(second["core_id"], {"message": "x"})
        self.assertEqual(result["output"], {"response": "Again: x"})

    def test_a_taken_name_is_refused_with_the_way_out(self):
        self.server.deploy_example("echo-agent", rename("Taken"))
        document = example("echo-agent")
        document["name"] = "Taken"
        flow = self.server.create_flow(document)
        reply = self.server.post(f"/v1/flows/{flow['id']}/deploy")
        self.assertEqual(reply.status, 502, reply)
        self.assertEqual(reply.json["detail"]["error"], "scaicore_create_failed")
        self.assertIn("'taken'", reply.json["detail"]["message"])
        self.assertIn("another name", reply.json["detail"]["fix"])

    def test_a_flow_with_a_cycle_does_not_deploy(self):
        flow = self.server.create_flow(cyclic())
        reply = self.server.post(f"/v1/flows/{flow['id']}/deploy")
        self.assertEqual(reply.status, 400, reply)
        detail = reply.json["detail"]
        self.assertEqual(detail["error"], "compile_error")
        self.assertIn("cycle detected: node_echo -> node_echo", detail["messages"])
        rows = self.server.get(f"/v1/flows/{flow['id']}/deployments").json
        self.assertEqual((rows["items"][0]["status"], rows["items"][0]["step"]), ("failed", "compile"))

    def test_support_answers_when_sure_and_asks_when_not(self):
        deployment = self.server.deploy_example("customer-support", point_at_openai("Support One"))
        sure = self.server.invoke(deployment["core_id"], {"message": {"text": "Where is my order 17?"}})
        self.assertEqual(sure["status"], "completed", sure)
        self.assertEqual(
            sure["output"], {"response": "It ships today.", "category": "question", "reviewed": False}
        )
        self.assertGreater(sure["usage"]["input_tokens"], 0)
        unsure = self.server.invoke(deployment["core_id"], {"message": {"text": "Returns of odd things?"}})
        self.assertEqual(unsure["status"], "suspended", unsure)
        [checkpoint] = self.server.get(
            "/v1/scaicore/checkpoints" + query(core_id=deployment["core_id"])
        ).json["data"]["checkpoints"]
        self.assertEqual(checkpoint["options"], ["send", "discard"])
        path = f"/v1/scaicore/checkpoints/{checkpoint['id']}/resolve"
        wrong = self.server.post(path, {"resolution": {"decision": "perhaps"}})
        self.assertEqual(wrong.status, 422, wrong)
        good = self.server.post(path, {"resolution": {"decision": "send", "answer": "Ask Kim."}})
        self.assertEqual(good.status, 200, good)
        self.assertEqual(
            self.server.post(path, {"resolution": {"decision": "send", "answer": "Twice"}}).status, 409
        )
        ended = wait_for_end(self.server, unsure["execution_id"])
        self.assertEqual((ended["status"], ended["output"]["response"]), ("completed", "Ask Kim."))
        self.assertTrue(ended["output"]["reviewed"])

    def test_the_model_is_asked_with_the_schema(self):
        before = len(self.models.requests)
        deployment = self.server.deploy_example("customer-support", point_at_openai("Support Two"))
        self.server.invoke(deployment["core_id"], {"message": {"text": "Where is my order 18?"}})
        request = self.models.requests[before]
        self.assertEqual(request["model"], "gpt-4o-mini")
        self.assertEqual(request["response_format"]["type"], "json_schema")
        schema = request["response_format"]["json_schema"]["schema"]
        self.assertEqual(list(schema["properties"]), ["category", "urgency", "confidence", "entities"])
        self.assertEqual(self.models.keys[before], "Bearer sk-test-0123456789abcdef")

    def test_chat_with_a_published_flow(self):
        self.server.deploy_example("echo-agent")
        body = {"model": "scaicore/local/echo-agent", "messages": [{"role": "user", "content": "hi there"}]}
        for path in ("/oai/v1/chat/completions", "/v1/chat/completions"):
            reply = self.server.post(path, body)
            self.assertEqual(reply.status, 200, reply)
            choice = reply.json["choices"][0]
            self.assertEqual(choice["message"], {"role": "assistant", "content": "You said: hi there"})
            self.assertEqual(choice["finish_reason"], "stop")
            self.assertEqual(reply.json["object"], "chat.completion")
            self.assertTrue(reply.json["scaiflow"]["execution_id"].startswith("exec_"))
        models = self.server.get("/oai/v1/models").json["data"]
        self.assertIn("scaicore/local/echo-agent", [m["id"] for m in models])
        unknown = self.server.post("/oai/v1/chat/completions", {**body, "model": "scaicore/local/none"})
        self.assertEqual(unknown.status, 404)
        self.assertEqual(unknown.json["error"]["code"], "MODEL_NOT_FOUND")

    def test_secrets_stay_inside(self):
        deployment = self.server.deploy_example("customer-support", point_at_openai("Support Three"))
        self.server.invoke(deployment["core_id"], {"message": {"text": "Where is my order 19?"}})
        key = b"sk-test-0123456789abcdef"
        self.assertNotIn(key, self.server.get("/v1/modules/scaicore/events" + query(limit=500)).body)
        self.assertNotIn(key.decode(), "".join(self.server.output))
        for path in self.server.data_dir.rglob("*"):
            if path.is_file():
                self.assertNotIn(key, path.read_bytes(), path)


class Grid(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.deployment = cls.server.deploy_example("echo-agent")
        cls.core = f"{CORES}/{cls.deployment['core_id']}"

    def grid_error(self, reply, status, code):
        self.assertEqual(reply.status, status, reply)
        self.assertEqual(reply.json["status"], "error")
        self.assertEqual(reply.json["error"]["code"], code, reply)
        self.assertRegex(reply.json["meta"]["request_id"], r"^req_")

    def test_cores_from_every_form(self):
        document = example("echo-agent")
        for number, (form, kind) in enumerate(
            [("yaml", "application/yaml"), ("ir", "application/vnd.scaicore.scir")]
        ):
            document["id"] = f"flow_form_{number}"
            document["name"] = f"Form {form}"
            body = self.server.post("/v1/flows/compile", {"content": document, "format": form}).json["body"]
            data = base64.b64decode(body) if form == "ir" else body
            reply = self.server.post(CORES, data, headers={"Content-Type": kind})
            self.assertEqual(reply.status, 201, reply)
            core = reply.json["data"]
            self.assertEqual((core["slug"], core["status"]), (f"form-{form}", "running"))
            again = self.server.post(CORES, data, headers={"Content-Type": kind})
            self.assertEqual((again.status, again.json["data"]["core_id"]), (200, core["core_id"]))
            result = self.server.invoke(core["core_id"], {"message": "m"})
            self.assertEqual(result["output"], {"response": "You said: m"})
        source = self.server.get(f"{CORES}/{core['core_id']}").json["data"]["source"]
        reply = self.server.post(CORES, {"name": "Plain JSON", "source": source})
        self.assertEqual(reply.status, 201, reply)
        started = self.server.post(f"{CORES}/{reply.json['data']['id']}/start")
        self.assertEqual(started.json["data"]["status"], "running", started)
        taken = self.server.post(CORES, {"name": "Plain JSON", "source": source})
        self.grid_error(taken, 409, "SLUG_CONFLICT")

    def test_bad_sources(self):
        self.grid_error(
            self.server.post(CORES, "core: [", headers={"Content-Type": "application/yaml"}),
            422,
            "INVALID_SOURCE_IR",
        )
        self.grid_error(
            self.server.post(CORES, b"{", headers={"Content-Type": "application/json"}),
            400,
            "MALFORMED_REQUEST",
        )
        self.grid_error(
            self.server.post(CORES, b"x", headers={"Content-Type": "text/html"}),
            415,
            "UNSUPPORTED_MEDIA_TYPE",
        )
        self.grid_error(
            self.server.post(CORES, {"name": "Bad", "source": {"flows": 1}}), 422, "INVALID_SOURCE_IR"
        )
        self.grid_error(self.server.post(CORES, {}), 422, "VALIDATION_ERROR")

    def test_lifecycle(self):
        core = self.server.deploy_example("echo-agent", rename("Lifecycle"))["core_id"]
        path = f"{CORES}/{core}"
        self.assertEqual(self.server.post(f"{path}/pause").json["data"]["status"], "paused")
        self.grid_error(
            self.server.post(f"{path}/invoke", {"input": {"message": "x"}}), 409, "CORE_NOT_RUNNING"
        )
        self.grid_error(self.server.post(f"{path}/pause"), 409, "CORE_STATE_CONFLICT")
        self.assertEqual(self.server.post(f"{path}/resume").json["data"]["status"], "running")
        self.grid_error(self.server.delete(path), 409, "CORE_STATE_CONFLICT")
        self.assertEqual(self.server.post(f"{path}/stop").json["data"]["status"], "stopped")
        self.assertEqual(self.server.delete(path).status, 204)
        self.grid_error(self.server.get(path), 404, "CORE_NOT_FOUND")

    def test_input_is_checked(self):
        reply = self.server.post(f"{self.core}/invoke", {"input": {"message": 5}})
        self.grid_error(reply, 422, "VALIDATION_ERROR")
        self.assertEqual(reply.json["error"]["details"][0]["field"], "input.message")
        self.grid_error(self.server.post(f"{self.core}/invoke", {"input": []}), 422, "VALIDATION_ERROR")
        self.grid_error(
            self.server.post(f"{self.core}/invoke", {"input": {"message": "x"}, "flow": "none"}),
            404,
            "FLOW_NOT_FOUND",
        )
        self.grid_error(self.server.post(f"{CORES}/core_none/invoke", {"input": {}}), 404, "CORE_NOT_FOUND")
        self.grid_error(self.server.get(f"{CORES}", token=False), 401, "AUTH_TOKEN_MISSING")
        self.grid_error(self.server.get(f"{CORES}", token="wrong"), 401, "AUTH_TOKEN_INVALID")

    def test_one_key_starts_one_execution(self):
        headers = {"Idempotency-Key": "the-key"}
        first = self.server.invoke(self.deployment["core_id"], {"message": "a"}, headers=headers)
        again = self.server.post(f"{self.core}/invoke", {"input": {"message": "a"}}, headers=headers)
        self.assertEqual(again.json["data"]["execution_id"], first["execution_id"])
        self.assertEqual(again.headers["idempotent-replay"], "true")
        self.grid_error(
            self.server.post(f"{self.core}/invoke", {"input": {"message": "b"}}, headers=headers),
            409,
            "IDEMPOTENCY_CONFLICT",
        )

    def test_events_by_cursor(self):
        latest = self.server.get("/v1/modules/scaicore/events" + query(cursor="latest")).json["data"]
        self.assertEqual(latest["events"], [])
        result = self.server.invoke(self.deployment["core_id"], {"message": "c"})
        cursor, seen = latest["next_cursor"], []
        while True:
            page = self.server.get(
                "/v1/modules/scaicore/events"
                + query(cursor=cursor, limit=2, core_id=self.deployment["core_id"])
            ).json["data"]
            seen += page["events"]
            cursor = page["next_cursor"]
            self.assertLessEqual(len(page["events"]), 2)
            if not page["events"]:
                break
        mine = [e for e in seen if e["payload"].get("execution_id") == result["execution_id"]]
        self.assertEqual(len(mine), 6)
        self.assertEqual(mine[0]["payload"]["input"], {"message": "c"})
        self.assertEqual(mine[-1]["payload"]["output"], {"response": "You said: c"})
        bad = self.server.get("/v1/modules/scaicore/events" + query(cursor="nonsense"))
        self.grid_error(bad, 422, "VALIDATION_ERROR")

    def test_executions_are_listed_and_read(self):
        result = self.server.invoke(self.deployment["core_id"], {"message": "d"})
        items = self.server.get(
            "/v1/modules/scaicore/executions" + query(core_id=self.deployment["core_id"], limit=1)
        ).json["data"]["items"]
        self.assertEqual(items[0]["execution_id"], result["execution_id"])
        record = self.server.get(f"/v1/modules/scaicore/executions/{result['execution_id']}").json["data"]
        self.assertEqual((record["input"], record["status"]), ({"message": "d"}, "completed"))
        self.grid_error(
            self.server.get("/v1/modules/scaicore/executions/exec_none"), 404, "EXECUTION_NOT_FOUND"
        )

    def test_publishing(self):
        core = self.server.deploy_example("echo-agent", rename("Publish Me", publish=False))["core_id"]
        path = f"{CORES}/{core}"
        self.grid_error(self.server.post(f"{path}/unpublish"), 400, "VALIDATION_ERROR")
        first = self.server.post(f"{path}/publish", {}).json["data"]
        self.assertEqual((first["published"], first["published_slug"]), (True, "scaicore/local/publish-me"))
        self.grid_error(self.server.post(f"{path}/publish", {}), 400, "VALIDATION_ERROR")
        self.assertEqual(self.server.post(f"{path}/publish/sync", {}).status, 200)
        self.assertFalse(self.server.post(f"{path}/unpublish").json["data"]["published"])

    def test_the_stream_follows_a_run(self):
        result = self.server.invoke(self.deployment["core_id"], {"message": "e"})
        reply = self.server.get(f"/v1/scaicore/executions/{result['execution_id']}/stream")
        self.assertEqual(reply.headers["content-type"].split(";")[0], "text/event-stream")
        blocks = [
            dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
            for block in reply.body.decode().split("\n\n")
            if "event:" in block
        ]
        self.assertEqual(blocks[0]["event"], "scaicore.runtime.invocation.started")
        self.assertEqual(blocks[-1]["event"], "end")
        self.assertEqual(json.loads(blocks[-1]["data"])["output"], {"response": "You said: e"})


class Process(unittest.TestCase):
    def test_health_version_and_config_need_no_credential(self):
        with Server() as server:
            self.assertEqual(server.get("/healthz", token=False).json, {"status": "ok"})
            ready = server.get("/readyz", token=False).json
            self.assertEqual((ready["status"], ready["checks"]["database"]), ("ready", "ok"))
            self.assertEqual(server.get("/v1/version", token=False).json["name"], "scaiflow")
            self.assertEqual(server.get("/v1/auth/config", token=False).json["auth_mode"], "local")
            self.assertEqual(server.get("/v1/me").json["sub"], "local")
            self.assertEqual(server.stop(), 0)

    def test_foreign_hosts_and_origins_are_refused(self):
        with Server() as server:
            self.assertEqual(server.get("/v1/flows", headers={"Host": "evil.example"}).status, 421)
            reply = server.post(
                "/v1/flows/validate", {"content": {}}, headers={"Origin": "http://evil.example"}
            )
            self.assertEqual((reply.status, reply.json["detail"]["error"]), (403, "origin_denied"))


def rename(name, publish=None):
    def change(document):
        document["name"] = name
        if publish is not None:
            document["config"]["publish_as_model"] = publish

    return change


def point_at_openai(name):
    """Customer Support under another name, its models at the scripted endpoint."""

    def change(document):
        document["name"] = name
        for model, target in zip(document["config"]["core_identity"]["models"], ("gpt-4o", "gpt-4o-mini")):
            model.update(ref="openai", model=target)
            model.pop("fallback", None)

    return change


def wait_for_end(server, execution_id):
    """The stream closes when the execution has ended."""
    server.get(f"/v1/scaicore/executions/{execution_id}/stream")
    return server.get(f"/v1/scaicore/executions/{execution_id}").json["data"]


if __name__ == "__main__":
    unittest.main()
