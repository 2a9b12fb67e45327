"""FastAPI as the seed used it, with the records of the gateway's bench: ready bytes (its floor), and a list of dicts."""

import json
import os
import sys

import fastapi
import uvicorn

with open(sys.argv[2], "rb") as file:
    BODY = file.read()
ITEMS = json.loads(BODY)

app = fastapi.FastAPI()


@app.get("/ready")
async def ready() -> fastapi.Response:
    return fastapi.Response(BODY, media_type="application/json")


@app.get("/dicts")
async def dicts():
    return ITEMS


@app.get("/used")
async def used():
    times = os.times()
    return {"cpu": times.user + times.system, "version": fastapi.__version__}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", access_log=False)
