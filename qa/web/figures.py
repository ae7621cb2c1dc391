"""The tab with the figures of the archive: coverage over time, outlets, copies, and how fresh each outlet is."""

from __future__ import annotations

import datetime
from typing import Any

import gradio as gr
import pandas as pd

from qa.catalogue import Outlet
from qa.index import Index
from qa.web import archive_rendering as rendering
from qa.web import asking, theme
from qa.web.coverage import BARS_NAMED, UNKNOWN, Coverage, coverage, most
from qa.web.periods import STEPS
from qa.web.wording import count

_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
_ALONE, _LIKE_ANOTHER = "Begin like no other", "Begin like another"
_OUTLETS_PLOTTED = 12
# Each stands out from paper and from ink (3 to 1 and more), and from its neighbours.
_COLOURS = ("#b4493c", "#4c83a6", "#9a7a24", "#5d8a58", "#8d6bb0", "#a0674b", "#2f8f8a", "#86807a")


def add_figures(index: Index, tabs: gr.Tabs) -> None:
    """Add the tab to the page; what it shows is counted whenever it is opened."""
    with tabs, gr.Tab("Statistics", id="figures", elem_id="figures") as tab:
        numbers = gr.HTML(**theme.plain(""))
        with gr.Row(elem_id="figures-plots"):
            with gr.Column(scale=3, min_width=320):
                step = gr.Radio(list(STEPS), label="Articles for each", elem_id="figures-step")
                gr.HTML(**theme.plain(rendering.heading("Coverage over time")))
                over_time = gr.BarPlot(
                    x="Period", y="Articles", color="Outlet", colors_in_legend=[], y_aggregate="sum", height=340,
                    buttons=[], show_label=False, x_label_angle=-40, tooltip="all", elem_id="figures-time",
                )  # fmt: skip
                said = gr.HTML(**theme.plain(""))
            with gr.Column(scale=2, min_width=320):
                gr.HTML(**theme.plain(rendering.heading("Articles by outlet")))
                by_outlet = gr.BarPlot(
                    x="Outlet", y="Articles", color="Of these", y_aggregate="sum", sort="-y", height=340, buttons=[],
                    show_label=False, x_label_angle=-40, tooltip="all", elem_id="figures-outlets",
                    color_map={_ALONE: _COLOURS[1], _LIKE_ANOTHER: _COLOURS[2]},
                )  # fmt: skip
        table = gr.HTML(**theme.plain(""))
    figures = Figures(index)
    tab.select(figures.opened, step, [numbers, step, over_time, said, by_outlet, table], **_HIDDEN)
    step.input(figures.over_time, step, [step, over_time, said], **_HIDDEN)


class Figures:
    """What the events of the tab do."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def opened(self, step: str | None) -> tuple[Any, ...]:
        """All of the tab: numbers, the chosen step, both plots with their words, the table of outlets."""
        try:
            outlets = self._index.catalogue().outlets()
            numbers = rendering.figures(self._index.stats(), outlets)
            table = rendering.outlets_table(outlets, datetime.datetime.now().astimezone().date())
            return (numbers, *self._over_time(step), outlets_frame(outlets), table)
        except Exception as error:
            return (rendering.note(asking.words_for(error)), *[gr.skip()] * 5)

    def over_time(self, step: str | None) -> tuple[Any, ...]:
        """The plot over time by another step."""
        try:
            return self._over_time(step)
        except Exception as error:
            return gr.skip(), gr.skip(), rendering.note(asking.words_for(error))

    def _over_time(self, step: str | None) -> tuple[Any, ...]:
        found = coverage(self._index.catalogue().per_day(), step or "")
        colours = dict(zip(found.outlets, _COLOURS, strict=False))
        # Gradio would print the names of many bars over each other.
        named = len({period for period, *_ in found.bars}) <= BARS_NAMED
        plot = gr.BarPlot(value=coverage_frame(found), color_map=colours, x_axis_labels_visible=named)
        words = rendering.legend(colours) + rendering.note(words_for_coverage(found, step or ""))
        return found.step, plot, words


def coverage_frame(found: Coverage) -> pd.DataFrame:
    """The bars as gr.BarPlot takes them."""
    frame = pd.DataFrame(found.bars, columns=["Period", "Outlet", "Articles"])
    return frame.astype({"Period": "str", "Outlet": "str", "Articles": "int64"})


def outlets_frame(outlets: list[Outlet]) -> pd.DataFrame:
    """The largest outlets, each with a bar of articles that begin like no other one, and one of those that do."""
    rows = [
        (outlet.name or UNKNOWN, kind, number)
        for outlet in outlets[:_OUTLETS_PLOTTED]
        for kind, number in ((_ALONE, outlet.articles - outlet.repeated), (_LIKE_ANOTHER, outlet.repeated))
        if number
    ]
    frame = pd.DataFrame(rows, columns=["Outlet", "Of these", "Articles"])
    return frame.astype({"Outlet": "str", "Of these": "str", "Articles": "int64"})


def words_for_coverage(found: Coverage, wanted: str) -> str:
    """What the plot over time shows, for those who do not see it, and what it leaves out."""
    parts = []
    if found.bars:
        period, number = most(found.bars)
        parts.append(f"From {found.bars[0][0]} to {found.bars[-1][0]} by {found.step.lower()}.")
        parts.append(f"The most, {count(number, 'article')}, in {period}.")
    else:
        parts.append("No article has a date.")
    if wanted and wanted != found.step:
        parts.append(f"By {wanted.lower()} there would be too many bars to tell apart.")
    if found.undated:
        parts.append(f"Not shown: {count(found.undated, 'article')} without a date.")
    return " ".join(parts)
