"""What somebody does to the records of a device on the spot, past the product."""

from __future__ import annotations

from tests.acceptance.town import Town

TAMPER = ("stranger", "pin", "grant", "delete", "schedule")


def tamper(town: Town, name: str, what: str, which: int) -> None:
    """Change a record of a device: `which` of those that there are."""
    device = town.device(name)
    ours = [user for user in device.users if user["UserID"].startswith("SP")]
    if what == "stranger":
        pin = f"7{which:05}"
        if not device.users.with_pin(pin):
            device.users.add(
                {"UserID": f"X{which}", "Name": "Plumber", "PrivatePIN": pin, device.profile.alias: "1001-1;",
                 "WebRelay": "0", "LiftFloorNum": "0"}
            )  # fmt: skip
            town.strangers[name].add(pin)
    elif what == "schedule":
        local = [one for one in device.schedules if one["Name"].startswith("SP-") and one["Type"] != "0"]
        if local:
            changed = {**local[which % len(local)], "TimeStart": "00:00", "TimeEnd": "23:58", "Daily": "00:00-23:58"}
            device.schedules.set(changed)
    elif ours:
        user = ours[which % len(ours)]
        if what == "pin":
            device.users.set({**user, "PrivatePIN": "888888"})
        elif what == "grant":
            device.users.set({**user, device.profile.alias: "1001-1;"})
        else:
            device.users.delete({"ID": user["ID"]})
