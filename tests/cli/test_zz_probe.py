import pytest
from tests.cli.test_cli_agent import *
from tests.cli.conftest import *
def test_x(house):
    s=house.smartplus
    for n in range(6):
        new = ("resident", "add", "--apartment", "A 1002", "--first", f"Ida{n}", "--last", "May", "--pin", "-")
        added = s(*new, "--wait", "--json", typed=f"55{n}6\n").json
        assert house.opens("gate", f"55{n}6")
        line = until(lambda: s("log", "door", "--filter", f"name:ida{n}", "--json").json["items"])[0]
        w=s("why", str(line["id"]), "--json").json
        op=s("log","operation",str(added["operation"]),"--json").json
        print(op["at"], line["happened_at"], w["allowed"], w["sentence"], w["held"])
