"""A scripted OpenAI-compatible endpoint: a real HTTP server whose answers the test decides."""

import http.server
import json
import threading


class ModelServer:
    """`answer(request) -> text, dict or (status, body)` decides each completion.

    A dict becomes JSON text, bytes are sound. A request that is no JSON comes as {"form": bytes}.

    A request with `stream` gets the text word by word. `POST /v1/messages` is answered as Anthropic does.
    `requests` keeps every body that came. `hold` and `release` keep answers waiting, for tests of what
    happens meanwhile; `arrived` is set whenever a request has come.
    """

    def __init__(self, answer):
        self._answer = answer
        self.requests = []
        self.keys = []
        self.arrived = threading.Semaphore(0)
        self._open = threading.Event()
        self._open.set()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def env(self):
        return {"OPENAI_API_KEY": "sk-test-0123456789abcdef", "OPENAI_BASE_URL": self.url}

    def anthropic_env(self):
        return {"ANTHROPIC_API_KEY": "sk-ant-0123456789abcdef", "ANTHROPIC_BASE_URL": self.url}

    def hold(self):
        self._open.clear()

    def release(self):
        self._open.set()

    def close(self):
        self.release()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _handler(self):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def _send(self, status, body):
                self._send_bytes(status, "application/json", json.dumps(body).encode())

            def _send_bytes(self, status, content_type, data):
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", content_type)
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _stream(self, events):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                self.close_connection = True
                for event in events:
                    try:
                        self.wfile.write(event.encode())
                        self.wfile.flush()
                    except (BrokenPipeError, ConnectionResetError):
                        return

            def do_GET(self):
                models = ["gpt-4o", "gpt-4o-mini"]
                self._send(
                    200, {"object": "list", "data": [{"id": name, "object": "model"} for name in models]}
                )

            def do_POST(self):
                data = self.rfile.read(int(self.headers["Content-Length"]))
                is_json = self.headers["Content-Type"] == "application/json"
                request = json.loads(data) if is_json else {"form": data}
                owner.requests.append(request)
                owner.keys.append(self.headers.get("Authorization"))
                owner.arrived.release()
                owner._open.wait(60)
                answer = owner._answer(request)
                if isinstance(answer, tuple):
                    return self._send(*answer)
                if isinstance(answer, bytes):
                    return self._send_bytes(200, "audio/mpeg", answer)
                text = answer if isinstance(answer, str) else json.dumps(answer)
                if self.path.endswith("/messages"):
                    return self._send(200, anthropic_message(request, answer))
                if request.get("stream"):
                    return self._stream(openai_events(request, text))
                self._send(200, openai_completion(request, text))

        return Handler


USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def openai_completion(request, text):
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 0,
        "model": request["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": USAGE,
    }


def openai_events(request, text):
    """The chunks of a streamed completion, one for each word."""

    def chunk(delta, finish=None, **more):
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        body = {"object": "chat.completion.chunk", "model": request["model"], "choices": [choice], **more}
        return f"data: {json.dumps(body)}\n\n"

    yield chunk({"role": "assistant", "content": ""})
    for i, word in enumerate(text.split(" ")):
        yield chunk({"content": word if i == 0 else " " + word})
    yield chunk({}, "stop", usage=USAGE)
    yield "data: [DONE]\n\n"


def anthropic_message(request, answer):
    """Text, or the input of the forced tool."""
    if isinstance(answer, dict):
        content = [{"type": "tool_use", "id": "toolu_1", "name": "answer", "input": answer}]
    else:
        content = [{"type": "text", "text": answer}]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request["model"],
        "content": content,
        "stop_reason": "tool_use" if isinstance(answer, dict) else "end_turn",
        "usage": {"input_tokens": 5, "cache_read_input_tokens": 3, "output_tokens": 4},
    }


def support_answers(request):
    """Answers as a model of Customer Support would: sure about orders, unsure about anything else."""
    text = json.dumps(request["messages"])
    sure = "order" in text.lower()
    if "Classify" in text:
        return {"category": "question", "urgency": "low", "confidence": 0.9 if sure else 0.4, "entities": {}}
    return {
        "answer": "It ships today." if sure else "I am not sure.",
        "citations": ["/knowledge-base/orders.md"],
        "confidence": 0.93 if sure else 0.3,
    }
