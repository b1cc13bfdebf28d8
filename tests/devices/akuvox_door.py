"""A small door phone written from the protocol document, with the quirks of one firmware line or another."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from akuvox_wire import Request, http, ok

Record = dict[str, Any]
INFO = {"Model": "X916", "MAC": "0C:11:05:0A:0B:0C", "FirmwareVersion": "916.30.10.114", "Uptime": "12"}


def record(number: int, **fields: Any) -> Record:
    """A user record with the fields that real ones have beside ours."""
    base = {
        "ID": str(number),
        "UserID": f"u{number}",
        "Name": f"User {number}",
        "PrivatePIN": "",
        "CardCode": "",
        "ScheduleRelay": "1001-1;",
        "SourceType": "1",
        "PhoneNum": f"55{number}",
        "Group": "Default",
        "LicensePlate": [{"Plate": "AB"}],
    }
    return {**base, **fields}


@dataclass
class Door:
    """The handler of a server; its attributes are the quirks and what it holds."""

    auth: str = "none"
    username: str = "admin"
    password: str = "httpapi"
    qop: str | None = "auth,auth-int"
    algorithm: str | None = "MD5"
    nonce_uses: int = 1000
    page_size: int | None = 10
    repeats_pages: bool = False
    num_offset: int = 0
    dialects: frozenset[str] = frozenset({"get", "path_post", "body_post"})
    alias: str = "ScheduleRelay"
    capital_items: bool = False
    searches: bool = True
    full_at: int = 1000
    item_codes: bool = True
    ignored_keys: frozenset[str] = frozenset()
    users: list[Record] = field(default_factory=list)
    schedules: list[Record] = field(default_factory=list)
    log: list[Record] = field(default_factory=list)
    config: dict[str, str] = field(default_factory=dict)
    relays: list[Record] = field(default_factory=list)
    next_id: int = 100
    nonces: dict[str, int] = field(default_factory=dict)
    authorizations: list[str] = field(default_factory=list)

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> bytes:
        if refusal := self._refusal(request):
            return refusal
        if request.method == "GET":
            _, _, target, action = (request.path.rstrip("/") + "/x/x").split("/")[:4]
            return self.get(target, action, request.query)
        dialect = "body_post" if request.path in ("/api", "/api/") else "path_post"
        if dialect not in self.dialects:
            return ok(retcode=-1, message="unsupport action", action="unknow")
        call = request.json
        return self.post(call["target"], call["action"], call.get("data", {}))

    def get(self, target: str, action: str, query: dict[str, str]) -> bytes:
        if (target, action) == ("system", "info"):
            return ok({"Status": INFO})
        if (target, action) == ("system", "status"):
            return ok({"SystemTime": "1767225600", "UpTime": "4711"})
        if (target, action) == ("relay", "status"):
            return ok({"RelayA": 1, "RelayB": "closed", "RelayC": "open"})
        if (target, action) == ("config", "get"):
            return ok(dict(self.config))
        if (target, action) == ("config", "set"):
            return self.post(target, action, dict(query))
        if action == "get" and target in ("user", "schedule", "doorlog"):
            return self._list({"user": self.users, "schedule": self.schedules, "doorlog": self.log}[target], query)
        return ok(retcode=-1, message="No hanlders for this request", action="unknow")

    def _list(self, records: list[Record], query: dict[str, str]) -> bytes:
        if self.searches and "NameOrCode" in query:
            records = [r for r in records if query["NameOrCode"].lower() in r["Name"].lower()]
        shown = records
        if self.page_size is not None:
            page = 1 if self.repeats_pages else int(query.get("page", "1"))
            shown = records[(page - 1) * self.page_size : page * self.page_size]
        key = "Item" if self.capital_items else "item"
        return ok({"num": len(records) + self.num_offset, "curPageNum": 1, key: shown})

    def post(self, target: str, action: str, data: Record) -> bytes:
        if target in ("user", "schedule"):
            store = self.users if target == "user" else self.schedules
            items = data["item"] if isinstance(data["item"], list) else [data["item"]]
            if action == "add" and len(store) + len(items) > self.full_at:
                return ok(retcode=-1, message="User is full, the maximum is reached", action=action)
            results = [getattr(self, f"_{action}")(store, dict(item)) for item in items]
            failed = any(result["Ret"] for result in results)
            reply = {"item": results} if self.item_codes else None
            return ok(reply, retcode=-1 if failed else 1, message="Failed" if failed else "OK", action=action)
        if (target, action) == ("relay", "trig"):
            self.relays.append(data)
            return ok(action=action)
        if (target, action) == ("config", "set"):
            self.config |= {key: value for key, value in data.items() if key not in self.ignored_keys}
            return ok(message="set successfully!", action=action)
        if (target, action) == ("config", "get"):
            return ok({key: self.config[key] for key in data["item"] if key in self.config})
        if (target, action) == ("system", "reboot"):
            self.relays.append({"reboot": True})
            return ok(action=action)
        return ok(retcode=-1, message="Api unsupported", action=action)

    def _add(self, store: list[Record], item: Record) -> Record:
        if not item.get("Name"):
            return {"Ret": 14}
        if any(other.get("UserID") == item.get("UserID") for other in store if "UserID" in item):
            return {"Ret": -3, "Message": "User already exist"}
        self.next_id += 1
        item = {**item, "ID": str(self.next_id), "SourceType": "1"}
        store.append(self._obeyed(item))
        return {"Ret": 0, "ID": item["ID"]}

    def _set(self, store: list[Record], item: Record) -> Record:
        for place, held in enumerate(store):
            if held["ID"] == item.get("ID"):
                store[place] = self._obeyed(item)
                return {"Ret": 0}
        return {"Ret": -7}

    def _del(self, store: list[Record], item: Record) -> Record:
        found = [held for held in store if held["ID"] == item["ID"]]
        for held in found:
            store.remove(held)
        return {"Ret": 0 if found else -7}

    def _obeyed(self, item: Record) -> Record:
        """Only the firmware's own spelling counts; the other one is dropped."""
        if "ScheduleRelay" not in item and "Schedule-Relay" not in item:
            return item
        value = item.get(self.alias, "")
        kept = {key: field for key, field in item.items() if key not in ("ScheduleRelay", "Schedule-Relay")}
        return {**kept, self.alias: value}

    def _refusal(self, request: Request) -> bytes | None:
        header = request.headers.get("authorization", "")
        self.authorizations.append(header)
        if self.auth == "allowlist":
            return http(403, "Forbidden")
        if self.auth == "basic":
            expected = "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
            return None if header == expected else http(401, "", WWW_Authenticate='Basic realm="HTTPAPI"')
        if self.auth == "digest":
            return None if self._digest_is_right(request, header) else self._challenge(header)
        return None

    def _challenge(self, header: str) -> bytes:
        nonce = f"nonce{len(self.nonces)}"
        self.nonces[nonce] = 0
        parts = ['realm="HTTP API"', f'nonce="{nonce}"', 'opaque="0p"']
        parts += [f'qop="{self.qop}"'] if self.qop else []
        parts += [f"algorithm={self.algorithm}"] if self.algorithm else []
        return http(401, "<html>401</html>", WWW_Authenticate=f"Digest {', '.join(parts)}")

    def _digest_is_right(self, request: Request, header: str) -> bool:
        if not header.startswith("Digest "):
            return False
        found = {m[0]: m[1] or m[2] for m in re.findall(r'(\w+)=(?:"([^"]*)"|([^, ]+))', header)}
        if found["nonce"] not in self.nonces or found["uri"] != request.target or found["username"] != self.username:
            return False
        self.nonces[found["nonce"]] += 1
        if self.nonces[found["nonce"]] > self.nonce_uses:
            return False

        def digest(text: str) -> str:
            name = "sha256" if self.algorithm == "SHA-256" else "md5"
            return hashlib.new(name, text.encode()).hexdigest()

        ha1 = digest(f"{self.username}:HTTP API:{self.password}")
        ha2 = f"{request.method}:{request.target}"
        if found.get("qop") == "auth-int":
            ha2 += ":" + digest(request.body.decode())
        middle = f"{found['nc']}:{found['cnonce']}:{found['qop']}:" if self.qop else ""
        counted = not self.qop or int(found["nc"], 16) == self.nonces[found["nonce"]]
        return counted and found["response"] == digest(f"{ha1}:{found['nonce']}:{middle}{digest(ha2)}")
