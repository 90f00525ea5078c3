"""The peer of `GET /v1/flows/{id}`: the same work as a FastAPI application would do it.

A bearer token is compared, a row is read from SQLite, the document is read from its file and its SHA-256
is checked against the row; the answer carries an ETag. `/v1/flows/{id}` parses and writes the document as
such applications do; `/lean/flows/{id}` puts its bytes into the answer as they are, the fastest way we know.
"""

import hashlib
import hmac
import json
import os
import pathlib
import sqlite3

from fastapi import FastAPI, Header, HTTPException, Request, Response

FOLDER = pathlib.Path(os.environ["PEER_FOLDER"])
TOKEN = os.environ["PEER_TOKEN"]
COLUMNS = ("id", "name", "description", "owner_id", "tenant_id", "version", "created_at", "updated_at",
           "revision")

app = FastAPI()
database = sqlite3.connect(FOLDER / "peer.db", check_same_thread=False)
database.execute("pragma journal_mode=wal")


def authorised(authorization: str | None) -> None:
    if not hmac.compare_digest(authorization or "", f"Bearer {TOKEN}"):
        raise HTTPException(401)


def read(flow_id: str):
    row = database.execute(f"select {', '.join(COLUMNS)}, storage_key, content_sha256 from flows "
                           "where id = ? and deleted_at is null", (flow_id,)).fetchone()
    if row is None:
        raise HTTPException(404)
    data = (FOLDER / row[-2]).read_bytes()
    if hashlib.sha256(data).hexdigest() != row[-1]:
        raise HTTPException(500)
    return dict(zip(COLUMNS, row)), data


def fresh(request: Request, summary) -> str | None:
    """The ETag, or None when the caller has this revision."""
    etag = f'"r{summary["revision"]}.a"'
    return None if request.headers.get("if-none-match") == etag else etag


@app.get("/health")
async def health():
    return {"status": "ok"}


@app.get("/v1/flows/{flow_id}")
async def get_flow(flow_id: str, request: Request, authorization: str | None = Header(None)):
    authorised(authorization)
    summary, data = read(flow_id)
    etag = fresh(request, summary)
    if etag is None:
        return Response(status_code=304)
    answer = {**summary, "access": "admin", "last_deployment": None, "content": json.loads(data)}
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return Response(text, media_type="application/json", headers={"ETag": etag})


@app.get("/lean/flows/{flow_id}")
async def get_flow_lean(flow_id: str, request: Request, authorization: str | None = Header(None)):
    authorised(authorization)
    summary, data = read(flow_id)
    etag = fresh(request, summary)
    if etag is None:
        return Response(status_code=304)
    head = json.dumps({**summary, "access": "admin", "last_deployment": None}, separators=(",", ":"))
    body = head[:-1].encode() + b',"content":' + data + b"}"
    return Response(body, media_type="application/json", headers={"ETag": etag})
