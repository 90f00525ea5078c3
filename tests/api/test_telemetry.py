"""What the process tells about itself: metrics, the log, traces, the times of a run's blocks."""

import http.server
import json
import pathlib
import re
import threading
import time
import unittest

from tests.sim.flows import templates
from tests.support.scaiflow import Server

METRICS = pathlib.Path(__file__).resolve().parents[2] / "docs/reference/metrics.md"


def deploy(server, document):
    flow = server.create_flow(document)
    reply = server.post(f"/v1/flows/{flow['id']}/deploy")
    assert reply.status == 200, reply
    return reply.json["core_id"]


def sample(text, series):
    """The value of one series of a Prometheus text."""
    [value] = re.findall(rf"^{re.escape(series)} (\S+)$", text, re.M)
    return float(value)


class Metrics(unittest.TestCase):
    def test_every_documented_metric_is_told(self):
        with Server() as server:
            reply = server.get("/metrics", token=False)
            self.assertEqual(reply.status, 200)
            self.assertEqual(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
            told = set(re.findall(r"^# TYPE (\S+)", reply.body.decode(), re.M))
            documented = set(
                re.findall(r"^\| `(\w+)` \| (?:counter|gauge|histogram)", METRICS.read_text(), re.M)
            )
            self.assertEqual(told, documented)

    def test_a_run_is_counted(self):
        with Server() as server:
            result = server.invoke(deploy(server, templates("Counted")), {"message": "x"})
            self.assertEqual(result["status"], "completed")
            text = server.get("/metrics", token=False).body.decode()
            self.assertEqual(sample(text, "scaiflow_executions_started_total"), 1)
            self.assertEqual(sample(text, 'scaiflow_executions_ended_total{status="completed"}'), 1)
            self.assertEqual(sample(text, "scaiflow_turn_step_seconds_count"), 1)
            self.assertGreater(sample(text, "scaiflow_database_commit_seconds_sum"), 0)
            self.assertGreater(sample(text, 'scaiflow_http_requests_total{class="2xx"}'), 2)
            self.assertGreater(sample(text, 'scaiflow_object_store_seconds_count{operation="put"}'), 0)

    def test_only_a_direct_neighbour_or_the_bearer_reads_them(self):
        with Server() as server:
            forwarded = {"X-Forwarded-For": "203.0.113.9"}
            self.assertEqual(server.get("/metrics", token=False, headers=forwarded).status, 404)
        with Server(env={"SCAIFLOW_METRICS_TOKEN": "a-long-enough-secret"}) as server:
            self.assertEqual(server.get("/metrics", token=False).status, 404)
            self.assertEqual(server.get("/metrics", token="a-wrong-secret-here").status, 404)
            self.assertEqual(server.get("/metrics", token="a-long-enough-secret").status, 200)
            self.assertNotIn("a-long-enough-secret", "".join(server.output))


class Log(unittest.TestCase):
    def test_lines_are_json_and_hold_no_secret(self):
        with Server(env={"SCAIFLOW_LOG_LEVEL": "debug"}) as server:
            request_id = "asked-by-the-test"
            server.get("/v1/flows?search=hidden-query", headers={"X-Request-Id": request_id})
            self.assertEqual(server.stop(), 0)
            server._reader.join()
            lines = [json.loads(line) for line in server.output if line.startswith("{")]
            self.assertEqual(
                [line["message"] for line in lines if line["level"] == "info"],
                ["serving", "stopping", "stopped"],
            )
            [answered] = [line for line in lines if line.get("request_id") == request_id]
            self.assertEqual(
                (answered["level"], answered["path"], answered["status"]), ("debug", "/v1/flows", 200)
            )
            text = "".join(line for line in server.output if line.startswith("{"))
            self.assertNotIn(server.token, text)
            self.assertNotIn("hidden-query", text)

    def test_text_on_demand(self):
        with Server(env={"SCAIFLOW_LOG_LEVEL": "info", "SCAIFLOW_LOG_FORMAT": "text"}) as server:
            server.stop()
            server._reader.join()
            self.assertTrue(
                any(re.match(r"\S+Z info  serving  ", line) for line in server.output), server.output
            )


class Collector:
    """A trace collector: keeps the spans of `POST /v1/traces`."""

    def __init__(self):
        self.spans, self._changed = [], threading.Condition()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.spans) >= count, timeout=20), self.spans
            return list(self.spans)

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                good = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/json"
                with owner._changed:
                    for resource in body["resourceSpans"]:
                        for scope in resource["scopeSpans"]:
                            owner.spans += scope["spans"]
                    owner._changed.notify_all()
                self.send_response(200 if good else 400)
                self.end_headers()

        return Handler


class Traces(unittest.TestCase):
    def test_a_run_is_one_trace(self):
        collector = Collector()
        self.addCleanup(collector.close)
        with Server(env={"SCAIFLOW_OTLP_ENDPOINT": collector.url}) as server:
            server.invoke(deploy(server, templates("Traced")), {"message": "x"})
            spans = collector.wait(5)  # the execution, three nodes, the return of the flow
            self.assertEqual(len({span["traceId"] for span in spans}), 1)
            [root] = [span for span in spans if "parentSpanId" not in span]
            self.assertTrue(root["name"].startswith("execution "), root)
            for span in spans:
                self.assertRegex(span["spanId"], r"^[0-9a-f]{16}$")
                self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))

    def test_a_collector_that_is_away_costs_no_run(self):
        with Server(env={"SCAIFLOW_OTLP_ENDPOINT": "http://127.0.0.1:9"}) as server:
            self.assertEqual(
                server.invoke(deploy(server, templates("Alone")), {"message": "x"})["status"], "completed"
            )
            begun = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - begun, 10)


class Timings(unittest.TestCase):
    def test_a_past_run_tells_where_its_time_went(self):
        with Server() as server:
            result = server.invoke(deploy(server, templates("Past")), {"message": "x"})
            server.stop()  # what was measured is stored by then
            server.start()
            stream = server.get(f"/v1/scaicore/executions/{result['execution_id']}/stream").body.decode()
            entries = [
                json.loads(data) for data in re.findall(r"^event: block\.timing\ndata: (.*)$", stream, re.M)
            ]
            self.assertEqual([entry["node_id"] for entry in entries][:3], ["node_a", "node_b", "node_c"])
            for entry in entries:
                self.assertEqual(
                    set(entry),
                    {"block_id", "node_id", "occurrence", "queue_us", "step_us", "commit_us", "effect_us"},
                )
            self.assertGreater(sum(entry["commit_us"] for entry in entries), 0)
            self.assertLess(stream.rindex("block.timing"), stream.index("event: end"))


if __name__ == "__main__":
    unittest.main()
