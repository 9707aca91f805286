"""The button by which an officer writes down that a complainant without any channel of their own is not satisfied."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from webhooks.auth import current_officer, staff
from webhooks.console.routes import bp
from webhooks.console.stepping import carry_out
from webhooks.service import service
from workflow import objections


@bp.post("/kasus/<case_id>/keberatan")
@staff("petugas", "kepala", "kanwil", "ditjenpas")  # type: ignore[untyped-decorator]
def keberatan(case_id: str) -> Response:
    """Not satisfied, in the complainant's words."""
    reason = request.form.get("reason", "")
    return carry_out(case_id, lambda s, c: objections.enter(s, c, current_officer(), reason, service().now()))
