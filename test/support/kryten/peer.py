"""A service on the real kryten-py: answers, stores, hears, and tells what it saw as lines of JSON."""
import asyncio
import json
import logging
import sys

from kryten import KrytenClient


def tell(what, **fields):
    print(json.dumps({"what": what, **fields}), flush=True)


async def main(url, domain, channel):
    config = {
        "nats": {"servers": [url]},
        "channels": [{"domain": domain, "channel": channel}],
        "service": {"name": "py-peer", "version": "0.17.4", "heartbeat_interval": 5},
    }
    client = KrytenClient(config, logging.getLogger("peer"))

    @client.on("chatmsg")
    async def on_chat(event):
        tell("chat", username=event.username, message=event.message)

    async def on_command(request):
        tell("command", request=request)
        if request.get("command") == "store":
            await client.kv_put("interop", "from-py", {"n": 1}, as_json=True)
            seen = await client.kv_get("interop", "from-node", parse_json=True)
            return {"service": "py-peer", "success": True, "data": {"seen": seen}}
        if request.get("command") == "ask-node":
            answer = await client.nats_request("kryten.query.node-peer", {"question": 42})
            return {"service": "py-peer", "success": True, "data": answer}
        return {"service": "py-peer", "success": False, "error": "unknown"}

    await client.connect()
    await client.subscribe_request_reply("kryten.py-peer.command", on_command)

    async def on_restart(data):
        tell("restart", data=data)

    client.on_group_restart(on_restart)
    tell("ready")
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
