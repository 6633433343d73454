"""Articles for the terminal: as Markdown text with the values of one case filled in."""

from kb.entry import Affected, Article
from kb.template import Values, fill, visible
from kb.verdict_words import range_words

HEADINGS = {
    "en": {
        "symptoms": "Symptoms",
        "cause": "Cause",
        "diagnosis": "How to be sure",
        "fix": "Fix",
        "steps": "Steps",
        "affected": "Affected versions",
        "related": "Related",
        "references": "References",
        "unknown": "unknown",
        "draft": "This is a draft: nobody has reviewed it yet.",
        "retired": "This entry is retired; see",
        "other-language": "This part is not translated yet.",
    },
    "zh": {
        "symptoms": "现象",
        "cause": "原因",
        "diagnosis": "如何确认",
        "fix": "处理办法",
        "steps": "步骤",
        "affected": "受影响的版本",
        "related": "相关条目",
        "references": "参考资料",
        "unknown": "未知",
        "draft": "这是草稿，尚未经过审阅。",
        "retired": "本条目已停用，请看",
        "other-language": "这一部分还没有中文版。",
    },
}


def article_markdown(article: Article, values: Values, language: str) -> str:
    """The whole article, in this language where it is there, with the values filled in."""
    words = HEADINGS[language]
    about = " · ".join([f"`{article.id}`", article.severity or article.kind, *article.components])
    parts = [f"# {article.title_in(language)}", about]
    if article.status == "draft":
        parts.append(f"*{words['draft']}*")
    if article.status == "retired":
        parts.append(f"*{words['retired']} {article.replaced_by or words['unknown']}*")
    if article.summary.best(language):
        parts.append(fill(article.summary.best(language) or "", values).strip())
    symptoms = article.symptoms.best(language)
    if symptoms:
        parts += [f"## {words['symptoms']}", "\n".join(f"- {each}" for each in symptoms)]
    for name, text in article.sections():
        parts.append(f"## {words[name]}")
        if text.in_language(language) is None:
            parts.append(f"*{words['other-language']}*")
        parts.append(fill(text.best(language) or "", values).strip())
    if article.affected:
        parts += [f"## {words['affected']}", "\n".join(_affected(each, words, language) for each in article.affected)]
    if article.related:
        parts += [f"## {words['related']}", "\n".join(f"- {name}" for name in article.related)]
    if article.references:
        parts += [
            f"## {words['references']}",
            "\n".join(f"- {each.title}: <{each.url}>" for each in article.references),
        ]
    return "\n\n".join(parts) + "\n"


def _affected(affected: Affected, words: dict[str, str], language: str) -> str:
    note = affected.note.best(language)
    ranges = [f"{each.stream}: {range_words(each, language) or words['unknown']}" for each in affected.ranges]
    return f"- {affected.component}: {'; '.join([*ranges, *([note.strip()] if note else [])])}"


def one_line(text: str) -> str:
    """A text for one line of a terminal: blanks joined, control characters visible."""
    return visible(" ".join(text.split()))
