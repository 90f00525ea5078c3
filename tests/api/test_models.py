"""Models: streaming, published Cores as models, Anthropic, prices, usage, budgets, keys (08 §8.12-§8.16)."""

import base64
import json
import unittest

from tests.support.cores import CORES, asks, make_core, returns, trigger
from tests.support.model_server import ModelServer
from tests.support.scaiflow import Server, query

CHAT = "/oai/v1/chat/completions"
MODEL = {"role": "primary", "provider": "scaigrid", "model": "openai/gpt-4o"}


def flexible(goal, **members):
    return [
        {
            "kind": "flexible",
            "id": "reply",
            "result_binding": "reply",
            "source_location": {"node_id": "node_reply"},
            "goal": goal,
            "llm_role": "primary",
            **members,
        },
        *returns({"response": "{{reply}}"}),
    ]


def events(reply):
    """The events of a streamed answer as (name, data)."""
    out = []
    for block in reply.body.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in lines:
            data = lines["data"]
            out.append((lines.get("event"), data if data == "[DONE]" else json.loads(data)))
    return out


def text_of(stream):
    chunks = [data for _, data in stream if isinstance(data, dict) and data.get("choices")]
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


def publish(server, core):
    reply = server.post(f"{CORES}/{core['id']}/publish")
    assert reply.status == 200, reply
    return reply.json["data"]["published_slug"]


class WithModels(unittest.TestCase):
    answer = staticmethod(lambda request: "one two three")

    @classmethod
    def setUpClass(cls):
        cls.models = ModelServer(lambda request: cls.answer(request))
        cls.addClassCleanup(cls.models.close)
        cls.server = Server(env=cls.models.env())
        cls.addClassCleanup(cls.server.close)

    def chat(self, model, text="hi", **members):
        body = {"model": model, "messages": [{"role": "user", "content": text}], **members}
        return self.server.post(CHAT, body)


class SoundAndImages(WithModels):
    SOUND = b"ID3\x00\xff sound"
    PICTURE = b"\x89PNG picture"

    @classmethod
    def answer(cls, request):
        if "form" in request:
            return (200, {"text": "heard " + ("the sound" if cls.SOUND in request["form"] else "nothing")})
        if "input" in request:
            return cls.SOUND
        if "prompt" in request:
            return (200, {"data": [{"b64_json": base64.b64encode(cls.PICTURE).decode()}]})
        return "I see " + request["messages"][-1]["content"][1]["image_url"]["url"]

    def test_a_flow_speaks_hears_draws_and_looks(self):
        def call(name, modality, **members):
            return {
                "kind": "model_call",
                "id": name,
                "result_binding": name,
                "source_location": {"node_id": f"node_{name}"},
                "modality": modality,
                "llm_role": "primary",
                **members,
            }

        body = [
            call("speech", "tts", input_bindings={"text": "text"}, params={"voice": "coral"}),
            call("words", "stt", input_bindings={"audio": "speech"}, output_type="string"),
            call("picture", "image_generation", input_bindings={"prompt": "words"}),
            {**flexible("Look.", input_bindings={"it": "picture"})[0], "output_type": "string"},
            *returns({"words": "{{words}}", "picture": "{{picture}}", "seen": "{{reply}}"}),
        ]
        role = {**MODEL, "modalities": ["text", "vision", "tts", "stt", "image_generation"]}
        core = make_core(self.server, "Media", body, [trigger("api")], models=[role])
        run = self.server.invoke(core["id"], {"text": "Hello"})
        self.assertEqual(run["status"], "completed", run)
        output = run["output"]
        self.assertEqual(output["words"], "heard the sound")
        self.assertEqual(
            (output["picture"]["content_type"], output["picture"]["size"]), ("image/png", len(self.PICTURE))
        )
        address = "data:image/png;base64," + base64.b64encode(self.PICTURE).decode()
        self.assertEqual(output["seen"], f"I see {address}")
        path = (
            f"/v1/modules/scaicore/executions/{run['execution_id']}/payloads/{output['picture']['blob_id']}"
        )
        payload = self.server.get(path)
        self.assertEqual((payload.body, payload.headers["content-type"]), (self.PICTURE, "image/png"))

    def test_the_openai_layer_passes_sound_on(self):
        asked = {"model": "openai/gpt-4o", "input": "Hello", "voice": "coral"}
        spoken = self.server.post("/oai/v1/audio/speech", asked)
        self.assertEqual((spoken.body, spoken.headers["content-type"]), (self.SOUND, "audio/mpeg"))
        self.assertEqual(self.models.requests[-1], {**asked, "model": "gpt-4o"})
        heard = self.transcribe("openai/gpt-4o")
        self.assertEqual((heard.status, heard.json), (200, {"text": "heard the sound"}), heard)
        self.assertIn(b'name="model"\r\n\r\ngpt-4o\r\n', self.models.requests[-1]["form"])

    def test_what_cannot_be_heard(self):
        self.assertEqual(self.transcribe("nobody/none").json["error"]["code"], "MODEL_NOT_FOUND")
        self.assertEqual(self.transcribe("").json["error"]["code"], "VALIDATION_ERROR")
        without = self.transcribe("openai/gpt-4o", filename=None)
        self.assertEqual((without.status, without.json["error"]["code"]), (400, "VALIDATION_ERROR"), without)
        self.assertEqual(self.server.post("/oai/v1/audio/transcriptions", {}).status, 400)

    def transcribe(self, model, filename="a.mp3"):
        named = f'; filename="{filename}"' if filename else ""
        form = (
            f'--line\r\nContent-Disposition: form-data; name="model"\r\n\r\n{model}\r\n'
            f'--line\r\nContent-Disposition: form-data; name="file"{named}\r\n'
            "Content-Type: audio/mpeg\r\n\r\n"
        ).encode() + self.SOUND
        return self.server.post(
            "/oai/v1/audio/transcriptions",
            form + b"\r\n--line--\r\n",
            headers={"Content-Type": "multipart/form-data; boundary=line"},
        )


class ProviderModels(WithModels):
    def test_a_stream_passes_through_under_the_slug(self):
        reply = self.chat("openai/gpt-4o", stream=True)
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.headers["content-type"], "text/event-stream")
        stream = events(reply)
        self.assertEqual(text_of(stream), "one two three")
        self.assertEqual({data["model"] for _, data in stream if data != "[DONE]"}, {"openai/gpt-4o"})
        self.assertEqual(stream[-1], (None, "[DONE]"))

    def test_a_stream_that_cannot_begin_is_a_plain_error(self):
        self.assertEqual(self.chat("nobody/none", stream=True).json["error"]["code"], "MODEL_NOT_FOUND")
        type(self).answer = staticmethod(lambda request: (429, {"error": {"message": "slow down"}}))
        try:
            self.assertEqual(
                self.chat("openai/gpt-4o", stream=True).json["error"]["code"], "BACKEND_RATE_LIMITED"
            )
        finally:
            type(self).answer = staticmethod(lambda request: "one two three")

    def test_the_native_surface(self):
        body = {"model": "openai/gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
        reply = self.server.post("/v1/inference/chat", body)
        self.assertEqual(reply.json["status"], "ok")
        self.assertEqual(reply.json["data"]["choices"][0]["message"]["content"], "one two three")
        self.assertEqual(reply.json["data"]["usage"]["total_tokens"], 18)
        streamed = self.server.post("/v1/inference/chat", {**body, "stream": True})
        self.assertEqual(text_of(events(streamed)), "one two three")
        unknown = self.server.post("/v1/inference/chat", {**body, "model": "nobody/none"})
        self.assertEqual((unknown.status, unknown.json["error"]["code"]), (404, "MODEL_NOT_FOUND"))
        for path in ("/v1/inference/generate", "/v1/inference/batch", "/v1/inference/audio/speech"):
            self.assertEqual(self.server.post(path, {}).json["error"]["code"], "NOT_IMPLEMENTED", path)
        self.assertEqual(self.server.post("/oai/v1/batches", {}).status, 501)

    def test_refusals(self):
        for body, code in [
            ({"messages": [{}]}, "VALIDATION_ERROR"),
            ({"model": "openai/gpt-4o"}, "VALIDATION_ERROR"),
            ("{", "MALFORMED_REQUEST"),
        ]:
            reply = self.server.post(CHAT, body, headers={"Content-Type": "application/json"})
            self.assertEqual((reply.status, reply.json["error"]["code"]), (400, code), reply)
        self.assertEqual(self.server.post(CHAT, {}, token=False).status, 401)


class PublishedCores(WithModels):
    def test_the_text_of_the_one_block_is_forwarded(self):
        core = make_core(self.server, "Streams", flexible("{{message}}"), [trigger("api")], models=[MODEL])
        slug = publish(self.server, core)
        reply = self.chat(slug, stream=True, stream_options={"include_usage": True})
        stream = events(reply)
        self.assertEqual(text_of(stream), "one two three")
        self.assertEqual(stream[0][1]["choices"][0]["delta"]["role"], "assistant")
        last = [data for _, data in stream if data != "[DONE]" and data["choices"]][-1]
        self.assertEqual(last["choices"][0]["finish_reason"], "stop")
        self.assertEqual(last["scaiflow"]["execution_id"], reply.headers["x-execution-id"])
        self.assertEqual(stream[-2][1]["usage"]["total_tokens"], 18)
        self.assertTrue(self.models.requests[-1]["stream"])

    def test_any_other_flow_answers_in_one_piece(self):
        core = make_core(
            self.server, "Whole", returns({"response": "You said {{message}}"}), [trigger("api")]
        )
        stream = events(self.chat(publish(self.server, core), "hello", stream=True))
        contents = [d["choices"][0]["delta"].get("content") for _, d in stream if d != "[DONE]"]
        self.assertEqual([text for text in contents if text], ["You said hello"])

    def test_a_failed_flow_ends_the_stream_in_an_error(self):
        core = make_core(self.server, "Fails", returns("{{ 1 / 0 }}"), [trigger("api")])
        slug = publish(self.server, core)
        plain = self.chat(slug)
        self.assertEqual((plain.status, plain.json["error"]["code"]), (502, "BACKEND_ERROR"))
        streamed = self.chat(slug, stream=True)
        self.assertEqual((streamed.status, streamed.json["error"]["code"]), (502, "BACKEND_ERROR"))

    def test_a_checkpoint_is_answered_by_the_next_message(self):
        core = make_core(self.server, "Asks", asks("Ship it?", ["yes", "no"]), [trigger("api")])
        slug = publish(self.server, core)
        asked = self.chat(slug).json
        self.assertEqual(asked["choices"][0]["message"]["content"], "Ship it?\n\nOptions: yes, no")
        checkpoint = asked["scaiflow"]["checkpoint_id"]
        wrong = self.chat(slug, "perhaps", metadata={"checkpoint_id": checkpoint})
        self.assertEqual(wrong.json["error"]["code"], "CHECKPOINT_OPTION_INVALID")
        done = self.chat(slug, "yes", metadata={"checkpoint_id": checkpoint})
        self.assertEqual(done.json["choices"][0]["message"]["content"], "yes")
        again = self.chat(slug, "no", metadata={"checkpoint_id": checkpoint})
        self.assertEqual(again.json["error"]["code"], "CHECKPOINT_ALREADY_RESOLVED")

    def test_an_entity_needs_its_key(self):
        core = make_core(
            self.server,
            "Entities",
            returns("{{trigger.message}}"),
            [trigger("api")],
            instance={"mode": "entity", "entity_key": "user_id"},
        )
        slug = publish(self.server, core)
        missing = self.chat(slug)
        self.assertEqual((missing.status, missing.json["error"]["param"]), (400, "entity_id"))
        self.assertEqual(self.chat(slug, entity_id="u1").status, 200)


class AnthropicModels(unittest.TestCase):
    def test_text_and_structured_answers(self):
        answers = iter(["hello", {"mood": "good"}])
        with ModelServer(lambda request: next(answers)) as models, Server(
            env=models.anthropic_env()
        ) as server:
            chat = {
                "model": "anthropic/claude-test",
                "messages": [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}],
            }
            reply = server.post(CHAT, chat).json
            self.assertEqual(reply["choices"][0]["message"]["content"], "hello")
            self.assertEqual(reply["usage"]["prompt_tokens"], 8)
            sent = models.requests[0]
            self.assertEqual((sent["system"], sent["max_tokens"]), ("Be kind.", 4096))
            self.assertEqual(
                sent["messages"], [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]
            )
            model = {"role": "primary", "provider": "anthropic", "model": "claude-test"}
            body = flexible("How is the mood?", output_type="{mood: string}")
            core = make_core(server, "Mood", body, [trigger("api")], models=[model])
            result = server.invoke(core["id"], {})
            self.assertEqual(result["output"], {"response": {"mood": "good"}}, result)
            self.assertEqual(models.requests[1]["tool_choice"], {"type": "tool", "name": "answer"})
            usage = server.get("/v1/usage").json["data"]["items"]
            self.assertEqual([(u["key"], u["requests"]) for u in usage], [("claude-test", 2)])


class Catalogue(WithModels):
    def model(self, slug, **members):
        body = {"slug": slug, "provider": "openai", "backend_model": "gpt-4o", **members}
        return self.server.post("/v1/models", body)

    def test_a_row_names_a_model_and_what_it_costs(self):
        made = self.model("fast", input_price_per_mtok=1000, output_price_per_mtok=2000, context_window=8000)
        self.assertEqual(made.status, 201, made)
        self.assertEqual(made.json["data"]["input_price_per_mtok"], 1000)
        self.assertEqual(self.chat("fast").json["model"], "fast")
        self.assertEqual(self.models.requests[-1]["model"], "gpt-4o")
        usage = {u["key"]: u for u in self.server.get("/v1/usage").json["data"]["items"]}
        self.assertAlmostEqual(usage["gpt-4o"]["cost"] % 0.025, 0.0, places=6)
        shown = self.server.get("/v1/models/fast").json["data"]
        self.assertEqual((shown["context_window"], shown["provider"]), (8000, "openai"))
        changed = self.server.put("/v1/models/fast", {"display_name": "Fast", "status": "deprecated"})
        self.assertEqual(changed.json["data"]["display_name"], "Fast")
        listed = self.server.get("/v1/models" + query(status="deprecated")).json["data"]["items"]
        self.assertEqual([item["slug"] for item in listed], ["fast"])
        self.assertEqual(self.model("fast").json["error"]["code"], "SLUG_CONFLICT")
        self.assertEqual(self.server.delete("/v1/models/fast").status, 204)
        self.assertEqual(self.server.get("/v1/models/fast").json["error"]["code"], "MODEL_NOT_FOUND")

    def test_refusals(self):
        for body in [
            {"slug": ""},
            {"slug": "x", "provider": "openai"},
            {"slug": "scaicore/a/b", "provider": "p", "backend_model": "m"},
            {"slug": "x", "provider": "p", "backend_model": "m", "input_price_per_mtok": -1},
            {"slug": "x", "provider": "p", "backend_model": "m", "modality": "smell"},
            {"slug": "x", "provider": "p", "backend_model": "m", "group_ids": ["mg_1"]},
        ]:
            reply = self.server.post("/v1/models", body)
            self.assertEqual(reply.json["error"]["code"], "VALIDATION_ERROR", (body, reply))
        self.assertEqual(self.server.put("/v1/models/none", {}).status, 404)
        self.assertEqual(self.server.delete("/v1/models/none").status, 404)
        self.assertEqual(self.server.post("/v1/models", {}, token=False).status, 401)

    def test_pages(self):
        for i in range(3):
            self.assertEqual(self.model(f"page-{i}", modality="embedding").status, 201)
        first = self.server.get("/v1/models" + query(modality="embedding", limit=2)).json["data"]
        self.assertEqual([m["slug"] for m in first["items"]], ["page-0", "page-1"])
        rest = self.server.get(
            "/v1/models" + query(modality="embedding", limit=2, cursor=first["next_cursor"])
        ).json["data"]
        self.assertEqual([m["slug"] for m in rest["items"]], ["page-2"])
        self.assertFalse(rest["has_more"])


class Accounts(WithModels):
    def key(self, **members):
        reply = self.server.post("/v1/api-keys", {"name": "ci", **members})
        self.assertEqual(reply.status, 201, reply)
        return reply.json["data"]

    def test_a_key_is_shown_once_and_stops_at_once(self):
        key = self.key()
        self.assertRegex(key["key"], r"^sgk_[A-Za-z0-9]{40}$")
        self.assertEqual(key["prefix"], key["key"][:8])
        self.assertEqual(self.server.get(CORES, token=key["key"]).status, 200)
        listed = self.server.get("/v1/api-keys").json["data"]["items"]
        [item] = [each for each in listed if each["id"] == key["id"]]
        self.assertNotIn("key", item)
        self.assertEqual(self.server.delete(f"/v1/api-keys/{key['id']}").status, 204)
        gone = self.server.get(CORES, token=key["key"])
        self.assertEqual((gone.status, gone.json["error"]["code"]), (401, "AUTH_TOKEN_INVALID"))
        again = self.server.delete(f"/v1/api-keys/{key['id']}")
        self.assertEqual(again.json["error"]["code"], "API_KEY_NOT_FOUND")

    def test_a_narrowed_key_may_less(self):
        key = self.key(permissions=["scaicore:view"])["key"]
        self.assertEqual(self.server.get(CORES, token=key).status, 200)
        for method, path in [
            ("POST", CORES),
            ("POST", CHAT),
            ("GET", "/v1/models"),
            ("POST", "/v1/models"),
            ("POST", "/v1/api-keys"),
            ("GET", "/v1/usage"),
            ("PUT", "/v1/usage/budget"),
        ]:
            reply = self.server.request(method, path, {}, token=key)
            code = reply.json["error"]["code"]
            self.assertEqual((reply.status, code), (403, "AUTHZ_PERMISSION_DENIED"), (path, reply))

    def test_keys_survive_a_restart(self):
        with Server() as server:
            key = server.post("/v1/api-keys", {"name": "kept"}).json["data"]["key"]
            server.restart()
            self.assertEqual(server.get(CORES, token=key).status, 200)

    def test_refused_keys(self):
        for body in [
            {},
            {"name": ""},
            {"name": "x", "permissions": ["rule:world"]},
            {"name": "x", "permissions": "all"},
            {"name": "x", "expires_at": "2020-01-01T00:00:00Z"},
            {"name": "x", "expires_at": "tomorrow"},
        ]:
            reply = self.server.post("/v1/api-keys", body)
            self.assertEqual(reply.json["error"]["code"], "VALIDATION_ERROR", body)
        self.assertEqual(self.server.get("/v1/api-keys", token=False).status, 401)

    def test_every_call_is_counted(self):
        core = make_core(self.server, "Counted", flexible("{{message}}"), [trigger("api")], models=[MODEL])
        self.server.invoke(core["id"], {"message": "x"})
        by_core = self.server.get("/v1/usage" + query(group_by="core")).json["data"]["items"]
        [item] = [each for each in by_core if each["key"] == core["id"]]
        self.assertEqual((item["requests"], item["input_tokens"], item["output_tokens"]), (1, 11, 7))
        for group in ("principal", "day", "model"):
            self.assertEqual(self.server.get("/v1/usage" + query(group_by=group)).status, 200)
        later = self.server.get("/v1/usage" + query(since="2100-01-01T00:00:00Z")).json["data"]["items"]
        self.assertEqual(later, [])
        for bad in ({"group_by": "mood"}, {"since": "today"}):
            self.assertEqual(self.server.get("/v1/usage" + query(**bad)).status, 422)

    def test_a_used_up_budget_stops_calls_and_runs(self):
        with Server(env=self.models.env()) as server:
            server.post(
                "/v1/models",
                {
                    "slug": "dear",
                    "provider": "openai",
                    "backend_model": "gpt-4o",
                    "input_price_per_mtok": 1e6,
                },
            )
            core = make_core(server, "Broke", returns("x"), [trigger("api")])
            origin = server.invoke(core["id"], {})["execution_id"]
            chat = {"model": "dear", "messages": [{"role": "user", "content": "hi"}]}
            budget = server.put("/v1/usage/budget", {"soft": 1, "hard": "5.50"}).json["data"]
            self.assertEqual((budget["soft"], budget["hard"], budget["spent"]), (1, 5.5, 0))
            self.assertEqual(server.post(CHAT, chat).status, 200)
            self.assertEqual(server.get("/v1/usage/budget").json["data"]["spent"], 11)
            refused = server.post(CHAT, chat)
            self.assertEqual((refused.status, refused.json["error"]["code"]), (402, "BUDGET_EXCEEDED"))
            run = server.post(f"{CORES}/{core['id']}/invoke", {"input": {}})
            self.assertEqual((run.status, run.json["error"]["code"]), (402, "BUDGET_EXCEEDED"))
            fork = server.post(f"/v1/modules/scaicore/executions/{origin}/fork", {})
            self.assertEqual((fork.status, fork.json["error"]["code"]), (402, "BUDGET_EXCEEDED"))
            self.assertEqual(server.put("/v1/usage/budget", {"hard": -1}).status, 422)
            server.put("/v1/usage/budget", {})
            self.assertEqual(server.post(CHAT, chat).status, 200)


if __name__ == "__main__":
    unittest.main()
