"""The page: what stands where, and which event calls what."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import gradio as gr

from qa.index import Index
from qa.web import asking, keeping, rendering, theme
from qa.web.archive import add_archive
from qa.web.asking import Turn
from qa.web.background import Background, Phase, State
from qa.web.conversation import WELCOME, Conversations, Shown
from qa.web.editing import Editor, add_editing
from qa.web.examples import questions_from
from qa.web.figures import add_figures
from qa.web.kept_conversations import add_list, wire_list
from qa.web.timeline_plot import add_plot, wire_plot

# Seconds between two looks at the state of the background work: while it moves, and while it rests.
_OFTEN, _SELDOM = 2.0, 20.0
# Private: of the whole page, the API shows /ask and /retrieve alone.
_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class Filters(NamedTuple):
    """The fields that narrow a search, in the order in which `Conversations.ask` takes them."""

    sources: gr.Dropdown
    published_from: gr.Textbox
    published_to: gr.Textbox
    as_of: gr.Textbox
    k: gr.Slider


def add_page(
    index: Index, background: Background | None, examples: Sequence[str] | None, editor: Editor | None = None
) -> None:
    """Lay out the page in the Blocks at hand and wire its events."""
    top = gr.HTML(**_plain(_masthead(index)))
    # What stands here now is said again to each page that is opened later: nothing, until it is known.
    status = gr.HTML(**_plain(rendering.status(State(Phase.READY))))
    turns = gr.State(())
    with gr.Tabs(elem_id="tabs") as tabs, gr.Tab("Chat", id="chat-tab"), gr.Row(elem_id="page"):
        with gr.Column(scale=5, min_width=320, elem_id="asking"):
            kept_list = add_list() if index.config.chat_history == "on" else None
            chat = _chatbot(list(examples) if examples is not None else questions_from(index))
            question, ask_button, stop_button, clear_button, queue = _asking(index)
            filters = _filters(index)
            saved_as = _saving()
        with gr.Column(scale=5, min_width=320, elem_id="evidence-column"):
            evidence = gr.HTML(**_plain(rendering.no_evidence(WELCOME)))
            plot = add_plot()
    archive = add_archive(index, tabs)
    add_figures(index, tabs)
    if editor:
        add_editing(index, tabs, archive, editor)
    conversations = Conversations(index, background)
    shown = Shown(chat, evidence, question, ask_button, stop_button, turns, filters.as_of)
    actions = _actions(conversations)
    running, stopped = _wire_questions(conversations, shown, filters, actions, clear_button, queue)
    settled = [*running, stopped]
    if kept_list:
        settled += wire_list(kept_list, conversations, shown, running, stopped, clear_button)
    wire_plot(plot, index, turns, settled, actions, [filters.published_from, filters.published_to])
    _wire_saving(index, turns, saved_as)
    _wire_status(index, background, top, status, filters.sources)


def _plain(html: str) -> dict[str, Any]:
    """Arguments for a gr.HTML that shows `html` and does nothing else."""
    return {"value": html, "apply_default_css": False, "js_on_load": None}


def _chatbot(examples: list[str]) -> gr.Chatbot:
    return gr.Chatbot(
        label="Conversation", show_label=False, height="min(56vh, 560px)", layout="panel", buttons=[],
        render_markdown=False, sanitize_html=True, allow_tags=False, allow_file_downloads=False, feedback_options=None,
        latex_delimiters=[], placeholder="What would you like to know?",
        examples=[{"text": example} for example in examples], elem_id="chat",
    )  # fmt: skip


def _asking(index: Index) -> tuple[gr.Textbox, gr.Button, gr.Button, gr.Button, gr.HTML]:
    question = gr.Textbox(
        label="Your question", placeholder="Ask in plain words. Enter asks.",
        lines=1, max_lines=6, max_length=index.config.maximum_question_characters, autofocus=True, elem_id="question",
    )  # fmt: skip
    # page.js tells here how many questions are answered before this one.
    queue = gr.HTML(rendering.queue_place(), apply_default_css=False, js_on_load=None, elem_id="queue")
    with gr.Row(elem_id="buttons"):
        ask_button = gr.Button("Ask", variant="primary", elem_id="ask", min_width=120, scale=2)
        stop_button = gr.Button("Stop", variant="stop", visible=False, elem_id="stop", min_width=120, scale=2)
        clear_button = gr.Button("New conversation", elem_id="clear", min_width=120, scale=1)
    return question, ask_button, stop_button, clear_button, queue


def _filters(index: Index) -> Filters:
    config = index.config
    with gr.Accordion("Narrow the search", open=False, elem_id="filters"):
        sources = gr.Dropdown(
            _outlets(index), value=[], multiselect=True, label="Outlets", info="None chosen: all are searched."
        )
        with gr.Row():
            published_from, published_to = _day_field("Published from"), _day_field("Published to")
            as_of = _day_field("Asked as of (empty: today)")
        k = gr.Slider(1, min(20, config.chat_hits_limit), value=config.hits, step=1, label="Passages to look at")
    return Filters(sources, published_from, published_to, as_of, k)


def _day_field(label: str) -> gr.Textbox:
    """A day as YYYY-MM-DD. page.js makes it a date field of the browser's own; gr.DateTime has no label to read out."""
    return gr.Textbox(
        label=label, placeholder="YYYY-MM-DD", max_lines=1, max_length=10, elem_classes="day", min_width=150
    )


def _saving() -> dict[str, gr.Button]:
    """The buttons that save the conversation, by the kind of file. page.css shows them once there is something."""
    with gr.Row(elem_id="saving"):
        gr.HTML("<p>Save as</p>", apply_default_css=False, js_on_load=None, min_width=0)
        return {
            keeping.MARKDOWN: gr.Button("Markdown", size="sm", min_width=0, elem_id="save-markdown"),
            keeping.PAGE: gr.Button("HTML", size="sm", min_width=0, elem_id="save-html"),
        }


def _wire_saving(index: Index, turns: gr.State, saved_as: dict[str, gr.Button]) -> None:
    # Hidden, yet on the page: the browser takes the file from it and leaves it empty.
    file = gr.JSON(visible="hidden")

    def save(kind: str, turns: tuple[Turn, ...]) -> dict[str, Any]:
        try:
            return keeping.exported(index, turns, kind)
        except Exception as error:
            raise gr.Error(asking.words_for(error), print_exception=False) from error

    for kind, button in saved_as.items():
        # Past the queue, an error would not be shown.
        made = button.click(functools.partial(save, kind), turns, file, **_HIDDEN)
        made.success(None, file, file, js=theme.saving(), queue=False, **_HIDDEN)


def _actions(conversations: Conversations) -> gr.HTML:
    """Shows nothing, and hands on what a reader does inside of answers and evidence, which are no components."""

    def changes(article_id: object) -> str:
        return conversations.changes(str(article_id))

    return gr.HTML(js_on_load=theme.actions(), apply_default_css=False, elem_id="actions", server_functions=[changes])


def _wire_questions(
    conversations: Conversations,
    shown: Shown,
    filters: Filters,
    actions: gr.HTML,
    clear_button: gr.Button,
    queue: gr.HTML,
) -> tuple[list[Any], Any]:
    """Wire what asks, revises, stops and clears; the events that answer a question, and the one that stops them."""
    config = conversations.index.config
    limits: dict[str, Any] = {
        "outputs": list(shown), "concurrency_id": "questions", "concurrency_limit": config.chat_concurrency,
        **_HIDDEN, "show_progress": "minimal", "show_progress_on": queue,
    }  # fmt: skip
    asked = {
        "fn": conversations.ask, "api_name": "page_ask", "inputs": [shown.question, *filters, shown.turns], **limits,
    }  # fmt: skip
    # Not "once": after a stop, the browser would take the stopped question for one that still runs, and ask no more.
    by_hand = gr.on([shown.question.submit, shown.ask_button.click], trigger_mode="multiple", **asked)
    chosen = shown.chat.example_select(_example, None, shown.question, queue=False, **_HIDDEN)
    by_example = chosen.then(**asked)
    revised = actions.revise(
        conversations.revise, [shown.question, shown.turns], api_name="page_revise", trigger_mode="multiple", **limits
    )
    linked = actions.linked(
        conversations.follow_link, shown.turns, api_name="page_link",
        **limits | {"outputs": [*shown, filters.sources, filters.published_from, filters.published_to]},
    )  # fmt: skip
    actions.vote(
        conversations.vote, shown.turns, [shown.chat, shown.turns], api_name="page_vote", trigger_mode="multiple",
        **_HIDDEN,
    )  # fmt: skip
    running = [by_hand, by_example, revised, linked]
    ended: dict[str, Any] = {"outputs": list(shown), "cancels": running, "queue": False, **_HIDDEN}
    stopped = shown.stop_button.click(conversations.stop, [shown.question, shown.turns], **ended)
    clear_button.click(conversations.clear, None, **ended)
    return running, stopped


def _example(choice: gr.SelectData) -> str:
    return str(choice.value["text"])


def _wire_status(
    index: Index, background: Background | None, top: gr.HTML, status: gr.HTML, sources: gr.Dropdown
) -> None:
    timer = gr.Timer(_OFTEN)

    def look(interval: float) -> tuple[Any, Any, Any]:
        state = _state(index, background)
        wanted = _OFTEN if state.busy else _SELDOM
        return _masthead(index), rendering.status(state), gr.Timer(wanted) if wanted != interval else gr.skip()

    def opened() -> tuple[Any, Any, Any]:
        if background:
            background.page_opened()
        state = rendering.status(_state(index, background))
        return _masthead(index), state, gr.Dropdown(choices=_outlets(index))

    timer.tick(look, timer, [top, status, timer], queue=False, **_HIDDEN)
    # A page opened later shows what has happened since the server started.
    context = gr.context.Context.root_block
    assert context is not None
    context.load(opened, None, [top, status, sources], queue=False, **_HIDDEN)


def _outlets(index: Index) -> list[tuple[str, str]]:
    """The outlets with their numbers of articles, the largest first."""
    counts = index.stats().sources
    return [(f"{name} ({number:,})", name) for name, number in sorted(counts.items(), key=lambda item: -item[1])]


def _masthead(index: Index) -> str:
    return rendering.masthead(index.stats(), datetime.datetime.now().astimezone())


def _state(index: Index, background: Background | None) -> State:
    return background.state if background else State(Phase.READY, index.embed_progress())
