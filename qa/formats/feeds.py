"""Feeds: RSS 2.0 and the versions before it, RSS 1.0, and Atom 1.0. Each entry is one record.

| field     | RSS                                                  | Atom                                  |
|-----------|------------------------------------------------------|---------------------------------------|
| id        | guid                                                 | id                                    |
| title     | title, dc:title                                      | title                                 |
| text      | content:encoded, else description                    | content, else summary                 |
| published | pubDate, dcterms:issued, dc:date                     | published, else updated               |
| updated   | atom:updated, dcterms:modified                       | updated                               |
| source    | source, else the title of the channel                | title of source, else of the feed     |
| authors   | dc:creator, author                                   | author, of the source or feed if none |
| url       | link, else a guid that is one                        | link                                  |
| section   | the first category, dc:subject                       | the first category                    |
| language  | dc:language, xml:lang, else that of the channel      | xml:lang                              |

An id counts if it is unique by its kind: `urn:`, `tag:`, or an address other than the link's. Else the id is derived
as for all formats, since "1234" would mean one article in each of two feeds. Addresses are made whole with xml:base,
the address of the feed, or the channel's link.

lxml reads the XML strictly and fetches nothing. feedparser was tried: without a word it "mended" words that
looked wrongly encoded, and gave a torn entry the text of the next one.
"""

from __future__ import annotations

import email.utils
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

from qa.errors import ArticleFileError
from qa.formats.fields import make_article
from qa.formats.html_text import text_of_element, text_of_html
from qa.formats.identity import canonical_url
from qa.formats.opening import too_long_reason
from qa.records import Article, BadRecord, Origin

_ATOM = "{http://www.w3.org/2005/Atom}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_XML = "{http://www.w3.org/XML/1998/namespace}"
# Read as HTML reads them: these control characters come from text in windows-1252 that says it is ISO 8859-1.
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") or " " for code in range(0x80, 0xA0)}
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"


def read_feed(
    chunks: Iterable[bytes], name: str, maximum: int, most: int, *, base: str = "", encoding: str | None = None
) -> Iterator[Article | BadRecord]:
    """One result for each entry that is complete.

    Args:
        chunks: the feed, in pieces of any size.
        name: of the file, or the address.
        maximum: bytes of an entry; a longer one is rejected.
        most: bytes of the whole feed, which is read before the first result is given.
        base: the address that others in it are relative to.
        encoding: where it is known better than the feed's own declaration.

    Raises:
        ArticleFileError: it is no feed, too large, or not XML to its end, after the entries before the damage.
    """
    root, entries, damage = None, [], None
    try:
        for event, element in _elements(chunks, name, most, encoding):
            if root is None:
                root = element
                _check_root(root, name)
            if event == "end" and _is_entry(element, root):
                entries.append(element)
        if root is not None and root.tag == _RDF and not entries and _channel(root) is root:
            raise _no_feed(root, name)
    except ArticleFileError as error:
        damage = error
    about = _about(root) if entries else {}
    for entry in entries:
        yield _read_entry(entry, about, Origin(name, entry.sourceline), maximum, base)
    if damage:
        raise damage


def check_feed(content: bytes, name: str, most: int, encoding: str | None = None) -> None:
    """Raise ArticleFileError if this does not begin like a feed."""
    for _, root in _elements([content], name, most, encoding):
        _check_root(root, name)
        return


def _elements(chunks: Iterable[bytes], name: str, most: int, encoding: str | None) -> Iterator[tuple[str, Any]]:
    """Each element twice, with "start" and with "end". Raises ArticleFileError after those before the damage."""
    from lxml import etree

    parser = etree.XMLPullParser(
        events=("start", "end"), encoding=encoding, resolve_entities=False, load_dtd=False, no_network=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    size = 0
    try:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise ArticleFileError(
                    f"The feed is larger than the {most:,} bytes allowed", where=name, cure="Raise feed_bytes."
                )
            parser.feed(chunk)
            yield from parser.read_events()
        parser.close()
    except etree.XMLSyntaxError as error:
        yield from parser.read_events()
        log = list(parser.feed_error_log)
        # A prefix that is not declared hides nothing: the whole was read.
        if log and all(entry.domain_name == "NAMESPACE" for entry in log):
            return
        # The log has the cause where the error itself says only that there is no more to come.
        first = next((entry for entry in log if entry.domain_name != "NAMESPACE"), None)
        line, what = (first.line, first.message) if first else (error.lineno, error.msg)
        raise ArticleFileError(
            f"It cannot be read as XML from line {line} on: {what.strip()}",
            where=name,
            cure="Copy or fetch it again, or correct the address; the entries before were read.",
        ) from error
    yield from parser.read_events()


def _check_root(root: Any, name: str) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise ArticleFileError(
            "The feed declares entities of its own, which could stand for anything",
            where=name,
            cure="Such a feed is not read; write out what they stand for.",
        )
    if _local(root) != "rss" and root.tag not in (_RDF, f"{_ATOM}feed"):
        raise _no_feed(root, name)


def _no_feed(root: Any, name: str) -> ArticleFileError:
    return ArticleFileError(
        f"This is XML, or looks like it, but no feed: it begins with <{_local(root)[:40]}>",
        where=name,
        cure="Name a feed in RSS or Atom; the page of an outlet often has a link to it.",
    )


def _is_entry(element: Any, root: Any) -> bool:
    if root.tag == f"{_ATOM}feed":
        return element.tag == f"{_ATOM}entry" and element.getparent() is root
    parent = element.getparent()
    return _local(element) == "item" and (
        parent is root or (parent.getparent() is root and _local(parent) == "channel")
    )


def _channel(root: Any) -> Any:
    """What holds the fields of the whole feed."""
    return next((child for child in root if _local(child) == "channel"), root)


def _about(root: Any) -> dict[str, str]:
    """What is said of the feed as a whole, and holds for entries that do not say otherwise."""
    if root.tag == f"{_ATOM}feed":
        return {
            "title": _typed(next(root.iterchildren(f"{_ATOM}title"), None)),
            "authors": _names(root),
            "home": _link(root),
        }
    channel = _channel(root)
    core = channel.tag.removesuffix("channel")
    return {
        "title": text_of_html(_first(channel, f"{core}title", f"{_DUBLIN}title")),
        "language": _first(channel, f"{core}language", f"{_DUBLIN}language"),
        "home": _first(channel, f"{core}link"),
    }


def _read_entry(entry: Any, about: dict[str, str], origin: Origin, maximum: int, base: str) -> Article | BadRecord:
    from lxml import etree

    length = len(etree.tostring(entry, encoding="utf-8", with_tail=False))
    if length > maximum:
        return BadRecord(origin, too_long_reason(length, maximum))
    entity = next(entry.iter(etree.Entity), None)
    if entity is not None:
        return BadRecord(origin, f"the entity {entity.text} is declared in another file, and none is fetched")
    record = _from_atom(entry, about) if entry.tag == f"{_ATOM}entry" else _from_rss(entry, about)
    if not record["text"]:
        return BadRecord(origin, "the entry has no text: neither content nor a summary", article_id=record["id"])
    record["url"] = _whole(record["url"], entry, base or about["home"])
    record["id"] = _unique_id(record["id"], record["url"])
    if not record["published"] or record["updated"] == record["published"]:
        record["published"], record["updated"] = record["published"] or record["updated"], ""
    return make_article({name: value.translate(_WINDOWS) for name, value in record.items()}, origin)


def _from_rss(item: Any, about: dict[str, str]) -> dict[str, str]:
    core = item.tag.removesuffix("item")
    text, body = _fullest(item, f"{_CONTENT}encoded")
    if not text:
        text, body = _fullest(item, f"{core}description", f"{_DUBLIN}description")
    guid = next(item.iterchildren(f"{core}guid"), None)
    permanent = guid is not None and guid.get("isPermaLink", "true").strip().lower() == "true"
    permanent = permanent and bool(canonical_url(_line(guid)))  # often left at "true" for what is none
    authors = [_line(child) for child in item.iterchildren(f"{_DUBLIN}creator")] or [
        _person(_line(child)) for child in item.iterchildren(f"{core}author")
    ]
    return {
        "id": _line(guid),
        "title": text_of_html(_first(item, f"{core}title", f"{_DUBLIN}title")),
        "text": text,
        "published": _first(item, f"{core}pubDate", f"{_TERMS}issued", f"{_DUBLIN}date", f"{_ATOM}published"),
        "updated": _first(item, f"{_ATOM}updated", f"{_TERMS}modified"),
        "source": text_of_html(_first(item, f"{core}source")) or about["title"],
        "authors": ";".join(authors),
        "url": _first(item, f"{core}link") or (_line(guid) if permanent else ""),
        "section": text_of_html(_first(item, f"{core}category", f"{_DUBLIN}subject")),
        "language": _first(item, f"{_DUBLIN}language") or _language(body) or about["language"],
    }


def _from_atom(entry: Any, about: dict[str, str]) -> dict[str, str]:
    source = next(entry.iterchildren(f"{_ATOM}source"), None)
    bodies = [child for child in entry.iterchildren(f"{_ATOM}content", f"{_ATOM}summary") if _typed(child)]
    # Content comes first where there are both.
    body = min(bodies, key=lambda child: child.tag, default=None)
    category = next(entry.iterchildren(f"{_ATOM}category"), None)
    return {
        "id": _first(entry, f"{_ATOM}id"),
        "title": _typed(next(entry.iterchildren(f"{_ATOM}title"), None)),
        "text": _typed(body),
        "published": _first(entry, f"{_ATOM}published"),
        "updated": _first(entry, f"{_ATOM}updated"),
        "source": ("" if source is None else _typed(next(source.iterchildren(f"{_ATOM}title"), None)))
        or about["title"],
        "authors": _names(entry) or ("" if source is None else _names(source)) or about["authors"],
        "url": _link(entry),
        "section": "" if category is None else category.get("label") or category.get("term") or "",
        "language": _language(entry if body is None else body),
    }


def _names(holder: Any) -> str:
    """The authors of an entry or feed of Atom, as `make_article` splits them."""
    return ";".join(_first(author, f"{_ATOM}name") for author in holder.iterchildren(f"{_ATOM}author"))


def _link(holder: Any) -> str:
    """The address of what an entry or feed is about; a relation that is not named is "alternate"."""
    links = (link for link in holder.iterchildren(f"{_ATOM}link") if link.get("rel", "alternate") == "alternate")
    return next((link.get("href", "").strip() for link in links), "")


def _fullest(item: Any, *tags: str) -> tuple[str, Any]:
    """The longest text in the children of these names, and its element; where there is none, the item."""
    return max(((_marked_up(child), child) for child in item.iterchildren(*tags)), key=_length, default=("", item))


def _length(body: tuple[str, Any]) -> int:
    return len(body[0])


def _marked_up(element: Any) -> str:
    """The text of an element of RSS, which holds HTML, escaped as it should be or not."""
    if element is None:
        return ""
    return text_of_element(element) if len(element) else text_of_html(element.text or "")


def _typed(element: Any) -> str:
    """The text of an element of Atom, which says what it holds; empty where that is no text, or elsewhere."""
    if element is None or element.get("src"):
        return ""
    kind = element.get("type", "text").strip().lower()
    if kind in ("xhtml", "application/xhtml+xml"):
        return text_of_element(element)
    if kind in ("html", "text/html"):
        return _marked_up(element)
    return "".join(element.itertext()).strip() if kind == "text" or kind.startswith("text/") else ""


def _first(parent: Any, *tags: str) -> str:
    """The words of the first child of these names that has some; the names in order of preference."""
    for tag in tags:
        for child in parent.iterchildren(tag):
            if words := _line(child):
                return words
    return ""


def _line(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _person(author: str) -> str:
    """The name in "anna@outlet.example (Anna Lee)"; without a name, what is there."""
    return (email.utils.parseaddr(author)[0] or author) if "@" in author else author


def _language(element: Any) -> str:
    named = (node.get(f"{_XML}lang") for node in (element, *element.iterancestors()))
    return next(filter(None, named), "")


def _whole(url: str, entry: Any, base: str) -> str:
    try:
        return urljoin(urljoin(base, entry.base or ""), url) if url else ""
    except ValueError:
        return url


def _unique_id(own: str, url: str) -> str:
    """The id that the entry gives itself, if no other feed could give it to another entry; else empty."""
    if own[:4].lower() in ("urn:", "tag:"):
        return own
    # Behind "#" often stands how often an article was changed: there it would make each version an article.
    address = canonical_url(own)
    return own if address and "#" not in own and address != canonical_url(url) else ""


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
