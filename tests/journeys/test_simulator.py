"""Every fate of a message, on every channel that the simulator plays, over the real callback routes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from channels import STOOD_IN
from channels.simulator import SimulatorAdapter
from channels.simulator_outcomes import OUTCOMES
from tests.live import Live, eventually, running
from tests.support import csrf
from webhooks.settings import Settings
from workflow import people
from workflow.models import Conversation, DeliveryEvent, Outbound

#: Where the reply stands in the end: state and reason of the first message, as far as real time brings them.
ENDS: dict[str, tuple[str, str]] = {
    "": ("read", ""), "unread": ("delivered", ""), "sent": ("sent", ""), "silent": ("accepted", ""),
    "throttled": ("read", ""), "disorder": ("read", ""), "twice": ("read", ""), "late": ("read", ""),
    "uncertain": ("uncertain", "timeout"), "unreachable": ("queued", "network"), "blocked": ("failed", "blocked"),
    "unknown": ("failed", "address"), "refused": ("failed", "refused"), "forbidden": ("failed", "auth"),
    "fails": ("failed", "other"), "bounced": ("failed", "address"), "lost": ("failed", "carrier"),
    "window": ("held", "window"), "stopped": ("failed", "opted_out"),
}  # fmt: skip
#: This one makes us ask back.
ASKED = "Petugas loket minta uang 50 ribu kemarin supaya suami saya didahulukan."
TEXT = "Titipan makanan untuk adik saya Budi hilang di loket kemarin."


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Live]:
    home = tmp_path_factory.mktemp("simulator")
    (home / "aduan.db").write_bytes(sqlite_template.read_bytes())
    with running(Settings(home=home, database_url=f"sqlite:///{home / 'aduan.db'}")) as made:
        yield made


def address(channel: str, outcome: str) -> str:
    base = "siti" if channel == "email" else "+62812000"
    return f"{base}{'-' if outcome else ''}{outcome}" + ("@contoh.test" if channel == "email" else "")


def first(live: Live, channel: str, where: str) -> Outbound | None:
    with live.office.db.read() as s:
        found = people.known(s, channel, where)
        mine = select(Conversation.id).where(Conversation.address_id == found.id) if found else None
        query = select(Outbound).order_by(Outbound.id).limit(1)
        row = s.scalar(query.where(Outbound.conversation_id.in_(mine))) if mine is not None else None
        if row is not None:
            s.expunge(row)
        return row


def write(live: Live, channel: str, outcome: str) -> str:
    """From the page of the telephone, as somebody at the demo does."""
    client = live.office.client()
    where = address(channel, "")
    page = f"/telepon?kanal={channel}&hasil={outcome}"
    data = {"csrf_token": csrf(client, page), "kanal": channel, "nomor": where, "hasil": outcome, "teks": TEXT}
    assert client.post("/telepon", data=data).status_code == 303
    return address(channel, outcome)


def test_every_outcome_has_its_end_here() -> None:
    assert set(ENDS) - {""} == set(OUTCOMES)


@pytest.mark.parametrize("outcome", sorted(ENDS))
def test_a_reply_meets_its_fate_on_every_channel(live: Live, outcome: str) -> None:
    wheres = {channel: write(live, channel, outcome) for channel in STOOD_IN}
    for channel, where in wheres.items():
        eventually(lambda channel=channel, where=where: ended(first(live, channel, where)) == ENDS[outcome])


def ended(row: Outbound | None) -> tuple[str, str] | None:
    return (row.state, row.error_reason if row.error_code else "") if row else None


def test_a_receipt_out_of_order_takes_no_evidence_away(live: Live) -> None:
    where = write(live, "sms", "disorder") if first(live, "sms", address("sms", "disorder")) is None else None
    where = where or address("sms", "disorder")

    def states() -> list[str]:
        row = first(live, "sms", where)
        with live.office.db.read() as s:
            events = select(DeliveryEvent.state).where(DeliveryEvent.outbound_id == (row.id if row else 0))
            return list(s.scalars(events.order_by(DeliveryEvent.id)))

    eventually(lambda: states()[-3:] == ["read", "sent", "delivered"])
    assert ended(first(live, "sms", where)) == ("read", "")


def test_the_page_shows_telephone_and_office_side_by_side(live: Live) -> None:
    client, where = live.office.client(), {"kanal": "telegram", "nomor": "ibu-dari-magetan-2"}
    token = csrf(client, "/telepon")
    page = client.post("/telepon", data={**where, "csrf_token": token, "teks": ASKED}, follow_redirects=True)
    adapter = live.office.service.adapters["simulator"]
    assert isinstance(adapter, SimulatorAdapter)
    eventually(lambda: len(adapter.inbox(where["nomor"], "telegram")) == 2)
    fresh = client.get("/telepon/isi", query_string=where)
    assert 'value="LEWATI"' in fresh.text, "buttons as this channel has them"
    assert "ADU-RUTAN-MAGETAN-" in fresh.text
    assert "/petugas/" in page.text
    assert "<iframe" not in page.text


def test_without_the_demos_mark_there_is_no_telephone(tmp_path: Path) -> None:
    from tests.support import Clock, make_office
    from webhooks.service import utc_now
    from workflow import db
    from workflow.models import Mark

    settings = Settings(
        home=tmp_path, database_url=f"sqlite:///{tmp_path / 'x.db'}", public_url="https://aduan.example"
    )
    db.upgrade(settings.database)
    office = make_office(settings, Clock(utc_now()))
    with office.db.read() as s:
        assert s.get(Mark, "demo") is None
    client = office.client()
    for path in ("/telepon", "/telepon/isi"):
        assert client.get(path).status_code == 404
    for path in ("/webhooks/simulator", "/webhooks/simulator/status"):
        assert client.post(path, data=b"{}").status_code == 404
    assert set(office.service.adapters) == {"web"}
    office.service.close()
