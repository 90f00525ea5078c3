"""Bunkers by HTTP (08 section 8.14), and the example flow that runs in one."""

import unittest

from tests.support.model_server import ModelServer
from tests.support.scaiflow import Server, example, query

BASE = "/v1/modules/scaibunker"
SCOPES = "/v1/modules/scaiqueue/scopes"
GRID = "/v1/modules/scaicore"


def skip_without_sandboxes(server):
    """Some hosts cannot make any (chroot, strict containers): the server says so, and so does the report."""
    reply = server.post(f"{BASE}/bunkers", {"image": "bash"})
    if reply.status == 201:
        server.delete(f"{BASE}/bunkers/{reply.json['data']['id']}")
    elif reply.json["error"]["code"] == "WORKER_UNAVAILABLE":
        raise unittest.SkipTest(reply.json["error"]["message"])


class Bunkers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(env={"SCAIFLOW_GRID_BUNKER_MAX": "4", "OUTSIDE_SECRET": "not-for-sandboxes"})
        cls.addClassCleanup(cls.server.close)
        skip_without_sandboxes(cls.server)

    def create(self, **fields):
        reply = self.server.post(f"{BASE}/bunkers", {"image": "python-3.12", **fields})
        self.assertEqual(reply.status, 201, reply)
        bunker = reply.json["data"]
        self.addCleanup(self.server.delete, f"{BASE}/bunkers/{bunker['id']}")
        return f"{BASE}/bunkers/{bunker['id']}", bunker

    def exec(self, path, command, **more):
        reply = self.server.post(f"{path}/exec", {"command": command, **more})
        self.assertEqual(reply.status, 200, reply)
        return reply.json["data"]

    def check_error(self, reply, status, code):
        self.assertEqual((reply.status, reply.json["error"]["code"]), (status, code), reply)

    def test_the_record_has_its_documented_members(self):
        path, bunker = self.create(name="mine", env_vars={"TOKEN": "abcdefgh"}, label_set={"a": "b"})
        self.assertEqual(bunker["id"], bunker["bunker_id"])
        self.assertEqual((bunker["image"], bunker["image_ref"]), ("python-3.12", "python-3.12"))
        self.assertEqual(
            (bunker["status"], bunker["lifecycle_mode"], bunker["network_profile"]),
            ("running", "ephemeral", "isolated"),
        )
        self.assertEqual(
            (bunker["cpu_millicores"], bunker["memory_mb"], bunker["disk_mb"]), (1000, 512, 1024)
        )
        self.assertEqual((bunker["env_vars"], bunker["label_set"]), (["TOKEN"], {"a": "b"}))
        self.assertEqual(self.server.get(path).json["data"]["name"], "mine")

    def test_create_exec_write_read_destroy(self):
        path, _ = self.create()
        body = b"import json, sys\nprint(json.dumps({'double': 2 * int(sys.argv[1])}))\n"
        put = self.server.put(
            f"{path}/files" + query(path="tool/run.py"),
            body,
            headers={"Content-Type": "application/octet-stream"},
        )
        self.assertEqual(put.status, 201, put)
        result = self.exec(path, ["python3", "tool/run.py", "21"])
        self.assertEqual(
            (result["exit_code"], result["stdout"], result["timed_out"]), (0, '{"double": 42}\n', False)
        )
        self.assertEqual(self.exec(path, "exit 3")["exit_code"], 3)
        read = self.server.get(f"{path}/files" + query(path="tool/run.py"))
        self.assertEqual((read.body, read.headers["content-type"]), (body, "application/octet-stream"))
        listed = self.server.get(f"{path}/files" + query(path="tool", list="true")).json["data"]["entries"]
        self.assertEqual([(e["name"], e["type"], e["size"]) for e in listed], [("run.py", "file", len(body))])
        self.assertEqual(self.server.delete(f"{path}/files" + query(path="tool/run.py")).status, 204)
        self.check_error(self.server.get(f"{path}/files" + query(path="tool/run.py")), 404, "FILE_NOT_FOUND")
        self.assertEqual(self.server.delete(path).status, 204)
        self.check_error(self.server.post(f"{path}/exec", {"command": "true"}), 409, "BUNKER_STATE_CONFLICT")

    def test_lists_page_in_their_documented_form(self):
        for _ in range(3):
            self.create()
        first = self.server.get(f"{BASE}/bunkers" + query(limit=2, status="ready")).json
        self.assertEqual((len(first["data"]), first["has_more"]), (2, True))
        rest = self.server.get(f"{BASE}/bunkers" + query(limit=2, cursor=first["next_cursor"])).json
        self.assertEqual((len(rest["data"]), rest["has_more"], rest["next_cursor"]), (1, False, None))

    def test_refusals(self):
        post = lambda **fields: self.server.post(f"{BASE}/bunkers", fields)
        self.check_error(post(), 422, "VALIDATION_ERROR")
        self.check_error(post(image="windows"), 422, "IMAGE_NOT_FOUND")
        self.check_error(post(image="bash", gpu_count=1), 503, "NO_SUITABLE_WORKER")
        self.check_error(post(image="bash", lifecycle_mode="appliance"), 403, "LIFECYCLE_MODE_DENIED")
        self.check_error(post(image="bash", network_profile="unrestricted"), 403, "NETWORK_PROFILE_DENIED")
        self.check_error(post(image="bash", network_profile="transit"), 422, "TRANSIT_MISSING_INTERFACES")
        self.check_error(post(image="bash", interfaces=["eth0"]), 422, "INTERFACES_NOT_ALLOWED")
        self.check_error(self.server.get(f"{BASE}/bunkers/bnk_none"), 404, "BUNKER_NOT_FOUND")
        self.check_error(self.server.get(f"{BASE}/bunkers", token=False), 401, "AUTH_TOKEN_MISSING")
        self.check_error(self.server.get(f"{BASE}/workers"), 501, "NOT_IMPLEMENTED")
        path, _ = self.create()
        self.check_error(self.server.post(f"{path}/exec", {}), 422, "VALIDATION_ERROR")
        self.check_error(
            self.server.post(f"{path}/exec", {"command": "true", "timeout_s": 3601}), 422, "VALIDATION_ERROR"
        )
        self.check_error(
            self.server.post(f"{path}/exec", "{", headers={"Content-Type": "application/json"}),
            400,
            "MALFORMED_REQUEST",
        )
        for outside in ("../x", "/etc/passwd"):
            self.check_error(self.server.get(f"{path}/files" + query(path=outside)), 422, "PATH_INVALID")
        self.check_error(self.server.get(f"{path}/files"), 422, "VALIDATION_ERROR")

    def test_the_quota_of_the_tenant(self):
        for _ in range(4):
            self.create()
        self.check_error(self.server.post(f"{BASE}/bunkers", {"image": "bash"}), 429, "BUNKER_QUOTA_EXCEEDED")
        usage = self.server.get(f"{BASE}/quota-profiles/usage").json["data"]
        self.assertEqual((usage["bunkers"], usage["bunkers_max"], usage["memory_mb"]), (4, 4, 2048))

    def test_pause_resume_and_snapshot(self):
        path, _ = self.create()
        self.exec(path, "echo kept > file")
        snapshot = self.server.post(f"{path}/snapshot").json["data"]
        self.assertEqual(self.server.post(f"{path}/pause").json["data"]["status"], "paused")
        self.check_error(self.server.post(f"{path}/exec", {"command": "true"}), 409, "BUNKER_STATE_CONFLICT")
        self.assertEqual(self.server.post(f"{path}/resume").json["data"]["status"], "running")
        copy, _ = self.create(snapshot_id=snapshot["snapshot_id"])
        self.assertEqual(self.exec(copy, "cat file")["stdout"], "kept\n")

    def test_images_name_the_toolchains_of_the_host(self):
        items = {item["ref"]: item for item in self.server.get(f"{BASE}/images").json["data"]["items"]}
        self.assertTrue(items["python-3.12"]["available"])
        self.assertRegex(items["python-3.12"]["toolchains"][0], r"^python3")

    def test_escapes_fail_harmlessly(self):
        """The kernel's part is tested beside the code; this is the same through the server's own door."""
        path, _ = self.create()
        secrets = f"{self.server.data_dir}/vault.key {self.server.data_dir}/local-token"
        look = f"cat {secrets} /proc/1/environ 2>/dev/null; ls {self.server.data_dir} 2>/dev/null"
        seen = self.exec(path, look)["stdout"]
        self.assertNotIn("not-for-sandboxes", seen)
        self.assertNotIn(self.server.token, seen)
        names = {line.split("=")[0] for line in self.exec(path, "env")["stdout"].splitlines()}
        self.assertEqual(names, {"PATH", "HOME", "LANG", "PWD"})
        net = self.exec(
            path,
            [
                "python3",
                "-c",
                "import socket, sys; socket.create_connection((" f"'127.0.0.1', {self.server.port}), 2)",
            ],
        )
        self.assertEqual(net["exit_code"], 1)
        self.assertIn("refused", net["stderr"])
        bomb = self.exec(path, ":() { : | : & }; :; while true; do :; done", timeout_s=2)
        self.assertNotEqual(bomb["exit_code"], 0)
        ten_gb = self.exec(path, "head -c 10000000000 /dev/zero", timeout_s=30)
        self.assertEqual((len(ten_gb["stdout"]), ten_gb["truncated"]), (1 << 20, True))
        self.exec(path, "ln -s /etc/passwd link; ln -s / root")
        for link in ("link", "root/etc/passwd"):
            self.check_error(self.server.get(f"{path}/files" + query(path=link)), 422, "PATH_INVALID")
        self.assertEqual(self.server.get("/health").status, 200)

    def test_bunkers_outlive_a_restart_commands_do_not(self):
        path, _ = self.create(lifecycle_mode="persistent")
        self.exec(path, "echo kept > file")
        self.server.restart()
        self.assertEqual(
            self.exec(path, "cat file; ls -d /proc/[0-9]* | wc -l")["stdout"].split("\n")[0], "kept"
        )


class WayOut(unittest.TestCase):
    """Profiles `registry` and `allowlisted` reach their hosts through a proxy, and nothing else."""

    ASK = (
        "import sys, urllib.request, urllib.error\n"
        "for url in sys.argv[1:]:\n"
        "    try: print(urllib.request.urlopen(url, timeout=20).status)\n"
        "    except urllib.error.HTTPError as error: print(error.code)\n"
        "    except OSError as error: print(error)\n"
    )

    @classmethod
    def setUpClass(cls):
        cls.server = Server(env={"SCAIFLOW_GRID_BUNKER_REGISTRY_HOSTS": "localhost"})
        cls.addClassCleanup(cls.server.close)
        skip_without_sandboxes(cls.server)

    def ask(self, fields, *urls):
        reply = self.server.post(f"{BASE}/bunkers", {"image": "python-3.12", **fields})
        self.assertEqual(reply.status, 201, reply)
        path = f"{BASE}/bunkers/{reply.json['data']['id']}"
        self.addCleanup(self.server.delete, path)
        ran = self.server.post(f"{path}/exec", {"command": ["python3", "-c", self.ASK, *urls]}).json["data"]
        self.assertEqual(ran["exit_code"], 0, ran)
        return ran["stdout"].split("\n")[:-1]

    def test_allowed_names_are_asked_private_addresses_never_reached(self):
        """502: the name is allowed and was resolved, its address is this host's own."""
        asked = ["http://localhost/", "http://other.test/", f"http://localhost:{self.server.port}/"]
        self.assertEqual(self.ask({"network_profile": "registry"}, *asked), ["502", "403", "403"])
        listed = {"network_profile": "allowlisted", "network_allowlist": ["other.test"]}
        self.assertEqual(self.ask(listed, *asked[:2]), ["403", "502"])

    def test_isolated_has_no_proxy(self):
        [answer] = self.ask({"network_profile": "isolated"}, "http://localhost/")
        self.assertIn("refused", answer)


class ExpenseApprover(unittest.TestCase):
    """From request to announcement: model, sandbox, person, queue."""

    AMOUNTS = {"lunch": 20.5, "laptop": 2400.5, "yacht": 99999.0}

    @classmethod
    def setUpClass(cls):
        cls.models = ModelServer(cls.answer)
        cls.addClassCleanup(cls.models.close)
        cls.server = Server(env=cls.models.env())
        cls.addClassCleanup(cls.server.close)
        skip_without_sandboxes(cls.server)
        cls.core = cls.server.deploy_example("expense-approver")["core_id"]
        cls.scope = example("expense-approver")["config"]["scaiqueue"]["scope"]

    @classmethod
    def answer(cls, request):
        [amount] = [a for word, a in cls.AMOUNTS.items() if word in str(request["messages"])]
        return {"amount": amount, "currency": "EUR", "category": "other", "description": "An expense"}

    def invoke(self, word):
        return self.server.invoke(self.core, {"request": f"One {word}", "submitted_by": "kim"})

    def announced(self):
        path = f"{SCOPES}/{self.scope}/queues/expense-decisions/messages"
        items = self.server.get(path + query(limit=500)).json["data"]["items"]
        return [item["body"] for item in items if item["message_type"] == "decision-made"]

    def live_bunkers(self):
        return self.server.get(f"{BASE}/bunkers" + query(status="running")).json["data"]

    def test_a_small_amount_passes_by_itself(self):
        result = self.invoke("lunch")
        self.assertEqual(
            (result["status"], result["output"]),
            ("completed", {"decision": "auto-approve", "amount": 20.5}),
            result,
        )
        self.assertIn(
            {"decision": "auto-approve", "amount": 20.5, "currency": "EUR", "submitted_by": "kim"},
            self.announced(),
        )
        self.assertEqual(self.live_bunkers(), [])

    def test_a_large_one_is_refused_by_itself(self):
        self.assertEqual(self.invoke("yacht")["output"], {"decision": "auto-reject", "amount": 99999.0})

    def test_a_person_lowers_the_amount(self):
        started = self.invoke("laptop")
        self.assertEqual(started["status"], "suspended", started)
        # The sandbox is gone while a person is awaited.
        self.assertEqual(self.live_bunkers(), [])
        checkpoint = self.server.get(f"{GRID}/checkpoints/{started['checkpoint_id']}").json["data"]
        self.assertEqual(
            (checkpoint["assignee_raw"], checkpoint["expiry_action"]), ("group:finance", "default:reject")
        )
        form = {"decision": "edit_and_approve", "amount": 2000}
        resolve = f"{GRID}/checkpoints/{checkpoint['id']}/resolve"
        self.assertEqual(self.server.post(resolve, {"resolution": {"decision": "approve"}}).status, 422)
        self.assertEqual(self.server.post(resolve, {"resolution": form}).status, 200)
        self.server.get(f"{GRID}/executions/{started['execution_id']}/stream", timeout=60)
        record = self.server.get(f"{GRID}/executions/{started['execution_id']}").json["data"]
        self.assertEqual(
            (record["status"], record["output"]),
            ("completed", {"decision": "edit_and_approve", "amount": 2000}),
            record,
        )


class WithoutBubblewrap(unittest.TestCase):
    def test_the_deployment_names_the_way_out(self):
        with ModelServer(lambda _: {}) as models, Server(env={**models.env(), "PATH": "/nowhere"}) as server:
            flow = server.create_flow(example("expense-approver"))
            reply = server.post(f"/v1/flows/{flow['id']}/deploy")
            self.assertIn("could not start", reply.json["warnings"][0])
            self.assertIn("apt install bubblewrap", reply.body.decode())
            reply = server.post(f"{BASE}/bunkers", {"image": "bash"})
            self.assertEqual((reply.status, reply.json["error"]["code"]), (503, "WORKER_UNAVAILABLE"))
            self.assertIn("user.max_user_namespaces", reply.json["error"]["message"])


if __name__ == "__main__":
    unittest.main()
