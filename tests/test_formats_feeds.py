"""Feeds: each entry with its own words and no others, and what is no feed, is torn or hostile named as such."""

from __future__ import annotations

import datetime
import gzip
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.errors import ArticleFileError
from qa.formats import addresses, read_articles
from qa.formats.html_text import text_of_html
from qa.formats.identity import derive_id
from qa.records import Article, BadRecord, Origin

UTC = datetime.UTC
LIMIT = 1_000_000

RSS_2 = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
  <title>The Lock &amp; Weir</title><link>https://weir.example/</link><description>News of the canal</description>
  <language>en-gb</language>
  <item>
    <title>Sluice &amp;#8220;Old Anna&amp;#8221; mended</title>
    <link>/2026/sluice?utm_source=rss</link>
    <guid isPermaLink="false">https://weir.example/?p=41</guid>
    <pubDate>Tue, 03 Mar 2026 09:30:00 +0100</pubDate>
    <atom:updated>2026-03-04T07:00:00Z</atom:updated>
    <dc:creator><![CDATA[Ida Holm and Per Lund]]></dc:creator>
    <category>Water</category><category>Repairs</category>
    <description>The sluice is mended.</description>
    <media:title>Not the title</media:title>
    <media:content url="/big.jpg"><media:description>Not the text</media:description></media:content>
    <content:encoded><![CDATA[
      <p>The sluice <a href="/anna">Old&nbsp;Anna</a> is mended,
      the keeper said.</p><script>track("sluice")</script>
      <ul><li>Cost: 2,000&nbsp;crowns</li><li>Time: <b>nine</b> days</li></ul>
    ]]></content:encoded>
  </item>
  <item>
    <title>Ducks return</title>
    <link>https://weir.example/ducks</link>
    <guid>https://www.weir.example/ducks#1</guid>
    <pubDate>Wed, 04 Mar 2026 06:00 GMT</pubDate>
    <author>desk@weir.example (Ole Berg)</author>
    <source url="https://gull.example/feed">The Gull</source>
    <description>Forty ducks came back &lt;em&gt;on Monday&lt;/em&gt;.&lt;br&gt;More are expected.</description>
  </item>
</channel></rss>
"""

RSS_1 = """<?xml version="1.0" encoding="iso-8859-1"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
         xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://fjord.example/"><title>Fjordposten</title><link>https://fjord.example/</link>
<dc:language>nb</dc:language><items><rdf:Seq><rdf:li rdf:resource="https://fjord.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://fjord.example/1"><title>Båten går igjen</title><link>https://fjord.example/1</link>
<description>Ferja går fra Ås igjen.</description><dc:date>2026-02-01T08:00+01:00</dc:date>
<dc:subject>Ferje</dc:subject><dc:creator>Åse Vik</dc:creator></item></rdf:RDF>
"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://mill.example/news/">
<title type="html">Mill &amp;amp; Meadow</title><id>urn:mill</id><updated>2026-04-02T00:00:00Z</updated>
<link rel="self" href="https://mill.example/atom.xml"/><link href="https://mill.example/"/>
<author><name>The desk</name></author>
<entry xml:base="april/">
  <id>tag:mill.example,2026:7</id><title>Wheel &lt; turned</title>
  <link rel="enclosure" href="wheel.mp3"/><link rel="alternate" href="wheel.html"/>
  <published>2026-04-01T10:00:00Z</published><updated>2026-04-02T10:00:00Z</updated>
  <category term="mills" label="Mills"/>
  <summary>A shorter word.</summary>
  <content type="xhtml" xml:lang="en-GB"><div xmlns="http://www.w3.org/1999/xhtml"><h2>The wheel</h2>
    <p>It turned 10<sup>3</sup> times, <q>or more</q>.</p><!-- not this --><p style="display: none">Hidden.</p>
    <p hidden="">Hidden too.</p><p>It <del>burnt</del> stopped.</p></div></content>
</entry>
<entry>
  <id>https://mill.example/news/flour</id><title>Flour</title><link href="flour"/>
  <updated>2026-03-31</updated><content src="https://mill.example/flour.pdf" type="application/pdf"/>
  <source><title>The Baker</title><author><name>Eva Sten</name></author></source>
  <summary type="text">Flour is 3 &lt; 4 &amp;amp; more.</summary>
</entry>
</feed>
"""


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, maximum: int = LIMIT, most: int | None = None) -> list[Article | BadRecord]:
    return list(read_articles(path, maximum_record_bytes=maximum, feed_bytes=most))


def read_until_damage(path: Path, most: int | None = None) -> tuple[list[Article | BadRecord], ArticleFileError]:
    results = []
    with pytest.raises(ArticleFileError) as caught:
        for result in read_articles(path, maximum_record_bytes=LIMIT, feed_bytes=most):
            results.append(result)
    return results, caught.value


def rss(*items: str, more: str = "") -> str:
    channel = f"<title>Weir</title><link>https://weir.example/</link>{more}{''.join(items)}"
    return (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{channel}</channel></rss>'
    )


def item(text: str = "Words.", **fields: str) -> str:
    fields = {"title": "T", "link": "https://weir.example/a", "description": text} | fields
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</item>"


def only(path: Path) -> Any:
    (result,) = read(path)
    return result


# What the formats hold


def test_rss_2(tmp_path: Path) -> None:
    path = written(tmp_path / "weir.rss", RSS_2)
    first, second = read(path)
    assert first == Article(
        id="https://weir.example/?p=41",
        title="Sluice “Old Anna” mended",
        text="The sluice Old\N{NO-BREAK SPACE}Anna is mended, the keeper said.\n\n"
        "Cost: 2,000\N{NO-BREAK SPACE}crowns\n\nTime: nine days",
        source="The Lock & Weir",
        published=datetime.datetime(2026, 3, 3, 8, 30, tzinfo=UTC),
        updated=datetime.datetime(2026, 3, 4, 7, tzinfo=UTC),
        url="https://weir.example/2026/sluice?utm_source=rss",
        authors=("Ida Holm", "Per Lund"),
        section="Water",
        language="en-gb",
    )
    assert second == Article(
        # A guid that differs from the link in what stands behind "#" names no other article.
        id=derive_id("", "", "https://weir.example/ducks"),
        title="Ducks return",
        text="Forty ducks came back on Monday.\nMore are expected.",
        source="The Gull",
        published=datetime.datetime(2026, 3, 4, 6, tzinfo=UTC),
        url="https://weir.example/ducks",
        authors=("Ole Berg",),
        language="en-gb",
    )
    assert [result.origin for result in (first, second)] == [Origin(str(path), 7), Origin(str(path), 24)]


def test_rss_1_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    assert only(written(tmp_path / "fjord.xml", RSS_1.encode("iso-8859-1"))) == Article(
        id=derive_id("", "", "https://fjord.example/1"),
        title="Båten går igjen",
        text="Ferja går fra Ås igjen.",
        source="Fjordposten",
        published=datetime.datetime(2026, 2, 1, 7, tzinfo=UTC),
        url="https://fjord.example/1",
        authors=("Åse Vik",),
        section="Ferje",
        language="nb",
    )


def test_atom(tmp_path: Path) -> None:
    wheel, flour = read(written(tmp_path / "mill.atom", ATOM))
    assert wheel == Article(
        id="tag:mill.example,2026:7",
        title="Wheel < turned",
        text="The wheel\n\nIt turned 10³ times, “or more”.\n\nIt stopped.",
        source="Mill & Meadow",
        published=datetime.datetime(2026, 4, 1, 10, tzinfo=UTC),
        updated=datetime.datetime(2026, 4, 2, 10, tzinfo=UTC),
        url="https://mill.example/news/april/wheel.html",
        authors=("The desk",),
        section="Mills",
        language="en-GB",
    )
    assert flour == Article(
        id=derive_id("", "", "https://mill.example/news/flour"),
        title="Flour",
        text="Flour is 3 < 4 &amp; more.",
        source="The Baker",
        published=datetime.date(2026, 3, 31),
        url="https://mill.example/news/flour",
        authors=("Eva Sten",),
        language="en",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_encodings_and_compression(tmp_path: Path, encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    text = f'<?xml version="1.0" encoding="{declared}"?>' + rss(item("Der Fluß – “breit”."))
    path = written(tmp_path / "a.XML.gz", gzip.compress(text.encode(encoding)))
    assert only(path).text == "Der Fluß – “breit”."


def test_words_are_kept_as_they_are(tmp_path: Path) -> None:
    # What looks like a wrong encoding may be what was printed: feedparser would "mend" both.
    text = "The sign read CafÃ©, for Â£5.&#13;"
    assert only(written(tmp_path / "a.rss", rss(item(text)))).text == "The sign read CafÃ©, for Â£5."


def test_quotation_marks_of_windows_in_latin_1(tmp_path: Path) -> None:
    content = '<?xml version="1.0" encoding="iso-8859-1"?>' + rss(item("\x93Go\x94, she said.\x81", title="It&#146;s"))
    article = only(written(tmp_path / "a.rss", content.encode("iso-8859-1")))
    assert (article.title, article.text) == ("It’s", "“Go”, she said.")


def test_every_entry_of_a_folder_and_none_of_a_nested_one(tmp_path: Path) -> None:
    written(tmp_path / "a.rss", rss(item(), item(extra="<item><description>Inner.</description></item>")))
    written(tmp_path / "sitemap.xml", "<urlset><url/></urlset>")
    written(tmp_path / "empty.atom", '<feed xmlns="http://www.w3.org/2005/Atom"><title>None yet</title></feed>')
    results = read(tmp_path)
    assert [type(result) for result in results] == [Article, Article, BadRecord]
    assert isinstance(results[2], BadRecord) and "no feed: it begins with <urlset>. Name a feed" in results[2].reason


# Single fields


@pytest.mark.parametrize(
    ("guid", "link", "expected"),
    [
        ("urn:uuid:1", "https://weir.example/a", "urn:uuid:1"),
        ("TAG:weir.example,2026:1", "", "TAG:weir.example,2026:1"),
        ("http://weir.example/?p=1", "https://weir.example/a", "http://weir.example/?p=1"),
        ("https://weir.example/a/", "http://www.weir.example/a?utm_source=x", derive_id("", "", "https://weir.example/a")),
        ("1234", "https://weir.example/a", derive_id("", "", "https://weir.example/a")),
        ("1234", "", derive_id("T", "Words.", "")),
        ("https://weir.example/b", "", derive_id("", "", "https://weir.example/b")),
        ("", "", derive_id("T", "Words.", "")),
        ("https://weir.example/a#2", "https://weir.example/a?at=rss", derive_id("", "", "https://weir.example/a?at=rss")),
    ],
)  # fmt: skip
def test_ids(tmp_path: Path, guid: str, link: str, expected: str) -> None:
    assert only(written(tmp_path / "a.rss", rss(item(guid=guid, link=link)))).id == expected


@pytest.mark.parametrize(
    ("written_as", "published"),
    [
        ("Tue, 05 Mar 2024 10:00 EST", datetime.datetime(2024, 3, 5, 15, tzinfo=UTC)),
        ("5 March 2024", datetime.date(2024, 3, 5)),
        ("2024-03-05T10:00:00.5+02:00", datetime.datetime(2024, 3, 5, 8, 0, 0, 500_000, UTC)),
        ("", None),
    ],
)
def test_odd_dates(tmp_path: Path, written_as: str, published: datetime.datetime | None) -> None:
    assert only(written(tmp_path / "a.rss", rss(item(pubDate=written_as)))).published == published


@pytest.mark.parametrize("wrong", ["yesterday", "05/03/2024", "Tue, 05 Mar 2024 25:00:00 GMT"])
def test_a_date_that_would_be_a_guess_is_refused(tmp_path: Path, wrong: str) -> None:
    bad = only(written(tmp_path / "a.rss", rss(item(pubDate=wrong))))
    assert isinstance(bad, BadRecord) and bad.reason.startswith("published: the date")


def test_one_date_for_both_is_no_update(tmp_path: Path) -> None:
    path = written(tmp_path / "a.rss", rss(item(**{"dc:date": "2024-03-05"})))
    assert (only(path).published, only(path).updated) == (datetime.date(2024, 3, 5), None)
    atom = ATOM.replace("2026-04-02T10:00:00Z", "2026-04-01T10:00:00Z")
    wheel = read(written(tmp_path / "a.atom", atom))[0]
    assert isinstance(wheel, Article) and wheel.updated is None


def test_an_entry_without_text_is_named(tmp_path: Path) -> None:
    first, second = read(written(tmp_path / "a.rss", rss(item("", guid="urn:x"), item("&lt;img src='a.jpg'&gt;"))))
    for bad in (first, second):
        assert isinstance(bad, BadRecord) and "neither content nor a summary" in bad.reason
    assert isinstance(first, BadRecord) and first.article_id == "urn:x"


def test_the_fullest_text_counts(tmp_path: Path) -> None:
    encoded = "<content:encoded>Short.</content:encoded><content:encoded>The longer one.</content:encoded>"
    longer = "A description that is longer than either."
    path = written(tmp_path / "a.rss", rss(item(longer).replace("</item>", f"{encoded}</item>")))
    assert only(path).text == "The longer one."
    path = written(tmp_path / "b.rss", rss(item(longer, **{"content:encoded": "<![CDATA[<script>x</script>]]>"})))
    assert only(path).text == longer


# Text out of HTML


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Two\n\nparagraphs &amp; &hellip;", "Two\n\nparagraphs & …"),
        ("5 < 6 &lt;b&gt; &#8217;", "5 < 6 <b> ’"),
        ("<p>a<p>b", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p>\n <p>&nbsp;</p>\n<p>b</p>", "a\n\nb"),
        ("a <b>b</b><i>c</i>\n d", "a bc d"),
        ("<p hidden>no<p>yes", "yes"),
        ("<div style='color:red;display : none'><p>no</div>yes", "yes"),
        ("<div style='display:inline'>yes</div>", "yes"),
        ("a<script>if (a</b) '</p>'</script>b<style>p{}</style><noscript>no</noscript>", "ab"),
        ("<select><option>no</select><textarea>no</textarea><button>no</button>yes", "yes"),
        ("<iframe>no</iframe><svg><text>no</text></svg><video>no</video>yes", "yes"),
        ("<svg:rect/>a<o:p>b</o:p>", "ab"),
        ("He <s>stole</s> <del>took</del> borrowed it", "He borrowed it"),
        ("10<sup>6</sup> m<sup>-2</sup> 1<sup>st</sup> H<sub>2</sub>O<sup></sup>", "10⁶ m⁻² 1st H2O"),
        ("<sup><p>2</p></sup>3", "2\n\n3"),
        ("<q>Go</q>, she said", "“Go”, she said"),
        ("<pre>one\n  two</pre>x", "one\ntwo\n\nx"),
        ("<table><tr><td>A<td>1<tr><td>B<td>2</table>", "A 1\n\nB 2"),
        ("<html><head><title>no</title></head><body>a</body></html><p>late", "a\n\nlate"),
        ("<meta charset=latin1>Fluß", "Fluß"),
        ("<!-- no --><![CDATA[no]]>yes<?php no ?>", "yes"),
        ("<!-- never closed <p>no", ""),
        ("<b><p>one</b>two", "onetwo"),
    ],
)
def test_html_becomes_what_a_reader_sees(source: str, text: str) -> None:
    assert text_of_html(source) == text


@pytest.mark.parametrize("flood", ["<div>", "<b>x", "<b><p>x", "<!--", "<i x=", "<a b='", "<table><td>", "</x>", "&"])
def test_floods_of_html_lose_nothing_and_take_no_time(flood: str) -> None:
    started = time.perf_counter()
    text = text_of_html(f"<p>first</p>{flood * 50_000}")
    assert text.startswith("first") and text.count("x") == (50_000 if flood.endswith("x") else 0)
    assert text_of_html(f"{'<div>' * 5_000}deep{'</div>' * 5_000}after") == "deep\n\nafter"
    assert time.perf_counter() - started < 5


# What is torn, hostile, or no feed


def test_what_came_before_the_damage_is_read_and_nothing_is_mixed(tmp_path: Path) -> None:
    whole = rss(item("One.", link="https://weir.example/1"), item("Two.", link="https://weir.example/2"))
    torn = whole.replace("Two.</description>", "Two.</descr")
    results, error = read_until_damage(written(tmp_path / "a.rss", torn))
    assert [result.text for result in results if isinstance(result, Article)] == ["One."] == ["One." for _ in results]
    assert "It cannot be read as XML from line 1 on" in str(error) and "a.rss" in str(error)
    for end in range(len(whole) - 1, 0, -37):
        results, _ = read_until_damage(written(tmp_path / "b.rss", whole[:end]))
        texts = [result.text for result in results if isinstance(result, Article)]
        assert texts == ["One.", "Two."][: whole[:end].count("</item>")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "cannot be read as XML"),
        ('{"title": "x"}', "cannot be read as XML from line 1 on"),
        ("<!DOCTYPE html><html><body><br>", "no feed: it begins with <html>"),
        ("<html/>", "no feed: it begins with <html>"),
        ("<feed><entry/></feed>", "no feed: it begins with <feed>"),
        ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><a/></rdf:RDF>', "begins with <RDF>"),
        (rss(item("a&nbsp;b")), "'nbsp' not defined"),
        (rss(item("a")) + "more", "Extra content"),
        ('<?xml version="1.0" encoding="bogus"?><rss/>', "bogus"),
        ('<?xml version="1.0" encoding="utf-8"?>' + rss(item("\udce9")), "encoding"),
    ],
)  # fmt: skip
def test_what_is_no_feed_or_no_xml_is_named(tmp_path: Path, content: str, message: str) -> None:
    _, error = read_until_damage(written(tmp_path / "a.xml", content.encode("utf-8", "surrogateescape")))
    assert message in error.what and error.where.endswith("a.xml") and error.cure


def laughs(where: str) -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE rss [<!ENTITY l0 "lol">{entities}]>' + rss(item(where))


@pytest.mark.parametrize(
    "content",
    [
        laughs("&l11;"),
        laughs('<b title="&l11;">x</b>'),
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "SECRET">]>' + rss(item("&x;")),
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "SECRET"> %x;]>' + rss(item("a")),
    ],
)
def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path, content: str) -> None:
    secret = written(tmp_path / "secret.txt", "hunter2")
    started = time.perf_counter()
    path = written(tmp_path / "a.rss", content.replace("SECRET", secret.as_uri()))
    results, error = read_until_damage(path)
    assert not results and "entities of its own" in error.what and "hunter2" not in str(error)
    assert time.perf_counter() - started < 2


def test_a_declaration_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    declared = written(tmp_path / "d.dtd", '<!ENTITY eacute "hunter2">')
    content = f'<!DOCTYPE rss SYSTEM "{declared.as_uri()}">' + rss(item("Caf&eacute;"), item("Tea."))
    bad, article = read(written(tmp_path / "a.rss", content))
    assert isinstance(bad, BadRecord) and "&eacute; is declared in another file" in bad.reason
    assert isinstance(article, Article) and article.text == "Tea."


def test_too_long_an_entry_and_too_large_a_feed(tmp_path: Path) -> None:
    path = written(tmp_path / "a.rss", rss(item("x" * 5_000), item("Short.")))
    bad, article = read(path, maximum=2_000, most=LIMIT)
    assert isinstance(bad, BadRecord) and "more than the 2,000 allowed" in bad.reason
    assert isinstance(article, Article)
    results, error = read_until_damage(path, most=1_000)
    assert not results and "larger than the 1,000 bytes" in str(error) and "feed_bytes" in error.cure
    # Unless it is given, a feed may be as large as a record.
    with pytest.raises(ArticleFileError, match="larger than the 2,000"):
        read(path, maximum=2_000)


def test_a_prefix_that_is_not_declared_hides_nothing(tmp_path: Path) -> None:
    content = rss(item("a <media:b>c</media:b>", **{"media:title": "No"}), item("Two.") * 3_000)
    results = read(written(tmp_path / "a.rss", content))
    assert [result.text for result in results[:2] if isinstance(result, Article)] == ["a c", "Two."]
    assert len(results) == 3_001
    _, error = read_until_damage(written(tmp_path / "b.rss", content.removesuffix("</channel></rss>")))
    assert "Premature end" in error.what


def test_deep_xml_is_an_error(tmp_path: Path) -> None:
    results, error = read_until_damage(written(tmp_path / "a.rss", rss(item("Fine."))[:-16] + "<a>" * 100_000))
    assert len(results) == 1 and "depth" in error.what


FRAGMENTS = st.sampled_from(
    ["<rss>", "<channel>", "<item>", "<title>", "<description>", "</description>", "</item>", "<link>", "<guid>",
     '<feed xmlns="http://www.w3.org/2005/Atom">', "<entry>", "</entry>", "<id>",
     '<content type="xhtml">', "</content>",
     '<link href="//[::"/>', "<author>", "a@b (", "&amp;", "&lt;p&gt;", "&#0;", "&#x1F;", "&bad;", "<![CDATA[", "]]>",
     "<!--", "-->", "<!DOCTYPE rss [", '<!ENTITY a "b">', "]>", "<?xml version='1.0' encoding='", "utf-16", "'?>",
     ' xml:base="http://["', "<pubDate>", "2024-03-05", "urn:", "https://[", "é", "\N{NO-BREAK SPACE}", "text", "\x00",
     "\x0b"]
)  # fmt: skip


def overwritten(feed: str, place: int, damage: bytes) -> bytes:
    return feed.encode()[:place] + damage + feed.encode()[place + 3 :]


@settings(max_examples=150)
@given(
    content=st.one_of(
        st.binary(max_size=60),
        st.lists(FRAGMENTS, max_size=25).map(lambda parts: "".join(parts).encode()),
        st.builds(overwritten, st.sampled_from([RSS_2, RSS_1, ATOM]), st.integers(0, 2_500), st.binary(max_size=6)),
    )
)  # fmt: skip
def test_whatever_stands_in_a_feed_is_articles_bad_records_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = written(tmp_path_factory.getbasetemp() / "any.xml", content)
    try:
        results = read(path)
    except ArticleFileError as error:
        assert error.what and error.cure
        return
    for result in results:
        assert isinstance(result, Article | BadRecord)


@settings(max_examples=150)
@given(st.lists(FRAGMENTS, max_size=20).map("".join))
def test_whatever_stands_in_html_is_text(source: str) -> None:
    text = text_of_html(source)
    assert text == text.strip() and ("\n\n\n" not in text or "<" not in source)


def test_encodings_that_contradict_each_other() -> None:
    latin = RSS_1.encode("iso-8859-1")
    utf = RSS_1.encode()
    assert addresses._encoding("utf-8", latin) == "iso-8859-1"
    assert addresses._encoding("iso-8859-1", utf) == "iso-8859-1"
    assert addresses._encoding("iso-8859-1", RSS_2.encode()) == "utf-8"
    assert addresses._encoding("windows-1252", ATOM.encode()) == "windows-1252"
    for said in (None, "", "no-such", "us ascii"):
        assert addresses._encoding(said, latin) == "iso-8859-1"
    assert addresses._encoding("utf-8", b"<rss>\xe9") is None
    assert addresses._encoding("iso-8859-1", "\ufeff<rss>\u00e9".encode()) is None
