"""Paste and see: what is recognised in a pasted text, with its evidence. A paste lives as long as its request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import Response, request

from app.lookups import recognised_in
from app.web import language
from app.web.article import ArticleView, view_of
from app.web.overview import Overview, overview
from app.web.page import render
from app.web.paste import line_of, shown
from app.web.site import blueprint
from app.web.suggestions import suggested
from app.web.versions import VerdictView, said_of
from kb.case import case_of
from kb.drafting import MAX_DRAFT_PASTE, is_id, tested_draft
from kb.dump import dump
from kb.evidence import Pasted, Span
from kb.recognise import MAX_PASTE, Answer
from kb.template import visible

_DRAFT_ID: Final = "my-problem"


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """A field of a match; `line` is where in the paste it stands, `value` None where the paste hides it."""

    name: str
    value: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Recognised:
    """One recognised problem: its number in the marks of the paste, its article filled in, its evidence."""

    number: int
    answer: Answer
    view: ArticleView
    verdict: VerdictView | None
    fields: tuple[FieldSeen, ...]
    lines: tuple[int, ...]


@blueprint.get("/lookup")
def paste_form() -> Response:
    """The empty box."""
    return _never_kept(render("lookup.html", paste="", recognised=(), asked=False, draft_id=_DRAFT_ID))


@blueprint.post("/lookup")
def lookup() -> Response:
    """What is recognised in the paste, what search offers for the rest, or a draft."""
    paste, was_cut = _paste()
    whole, lang = overview(), language.current()
    answers = recognised_in(whole.snapshot, paste.encode("utf-8")) if paste.strip() else []
    pasted = Pasted(paste)
    spans = [pasted.evidence(each.match) for each in answers]
    recognised = tuple(
        _recognised(number, answer, own, pasted, whole)
        for number, (answer, own) in enumerate(zip(answers, spans, strict=True), start=1)
    )
    return _never_kept(
        render(
            "lookup.html",
            paste=paste,
            asked=True,
            was_cut=was_cut,
            recognised=recognised,
            shown=shown(pasted.lines, [(own, each.match.fields) for each, own in zip(answers, spans, strict=True)]),
            suggestions=suggested(paste, whole, lang, limit=5) if not answers and paste.strip() else (),
            draft_id=_DRAFT_ID,
        )
    )


@blueprint.post("/lookup/draft")
def draft() -> Response:
    """A draft entry made from the paste, as a file to download; the form again where none can be made."""
    paste, _was_cut = _paste()
    wanted = request.form.get("id", "").strip() or _DRAFT_ID
    book = overview().snapshot.book
    try:
        if not is_id(wanted):
            raise ValueError(
                f'"{visible(wanted[:60])}" is not an id; use lower-case letters, digits and single hyphens'
            )
        if wanted in book.ids:
            raise ValueError(f'the entry "{wanted}" is there already; choose another id')
        if len(paste.encode("utf-8")) > MAX_DRAFT_PASTE:
            raise ValueError("the paste is longer than 16 KiB; give only the lines of this one error")
        text = dump(tested_draft(book, wanted, paste))
    except ValueError as error:
        return _never_kept(
            render(
                "lookup.html", 422, paste=paste, recognised=(), asked=False, draft_id=wanted, draft_trouble=str(error)
            )
        )
    response = Response(text, content_type="application/yaml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{wanted}.yaml"'
    return _never_kept(response)


def _paste() -> tuple[str, bool]:
    """(text, whether it was cut); browsers send every newline of a form as CRLF, and none of them is the log's."""
    text = request.form.get("paste", "").replace("\r\n", "\n")
    data = text.encode("utf-8", "replace")
    if len(data) <= MAX_PASTE:
        return data.decode("utf-8"), False
    return data[:MAX_PASTE].decode("utf-8", "ignore"), True


def _recognised(number: int, answer: Answer, spans: tuple[Span, ...], pasted: Pasted, whole: Overview) -> Recognised:
    lang = language.current()
    case = case_of(answer.article, answer.match.fields, "paste")
    return Recognised(
        number,
        answer,
        view_of(answer.article, case, lang, whole, anchor=f"match-{number}-", form=None),
        said_of(answer.verdict, lang) if answer.verdict is not None else None,
        tuple(_seen(answer.fields, pasted.lines, spans)),
        tuple(span.line for span in spans),
    )


def _seen(fields: Mapping[str, object], lines: Sequence[str], spans: tuple[Span, ...]) -> list[FieldSeen]:
    return [
        FieldSeen(name, None if value is None else visible(str(value)), line_of(value, lines, spans))
        for name, value in fields.items()
    ]


def _never_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
