"""The timeline of what a question asks for, as a plot of the page.

A selection in it, or a period of the list beside it, becomes the days that the next question is limited to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import pandas

from qa.index import Index
from qa.timeline import Timeline
from qa.web import asking, timeline
from qa.web.asking import Turn
from qa.web.periods import DAY, MONTH, WEEK, YEAR
from qa.web.timeline import Bar
from qa.web.wording import days_in_words

# More outlets than colours that can be told apart are shown as one.
OTHERS = "other outlets"
# They stand out from the page both light and dark.
_COLOURS = ("#b5483a", "#5b86ad", "#b98427", "#6b9460", "#9a7bb0", "#8b857a")
# Pixels: so high that the bars keep some fifty above their labels, and so low that their axis counts whole articles.
_HEIGHTS = {DAY: 200, WEEK: 200, MONTH: 170, YEAR: 150}
_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def table(found: Sequence[Bar]) -> pandas.DataFrame:
    """The bars as gr.BarPlot takes them: a row for each period and outlet, the smaller outlets as one."""
    totals = Counter[str]()
    for bar in found:
        totals.update(dict(bar.counts))
    shown = [outlet for outlet, _ in totals.most_common(len(_COLOURS) - 1 if len(totals) > len(_COLOURS) else None)]
    rows: list[tuple[str, str, int]] = []
    for bar in found:
        counts = Counter[str]()
        for outlet, number in bar.counts:
            counts[outlet if outlet in shown else OTHERS] += number
        # A period without articles keeps its place.
        rows += [(bar.label, outlet, number) for outlet, number in (counts or {shown[0]: 0}).items()]
    return pandas.DataFrame(rows, columns=["period", "outlet", "articles"])


@dataclass(frozen=True, slots=True)
class Plot:
    """The components of the timeline; `bars` holds what is shown."""

    chart: gr.BarPlot
    heading: gr.HTML
    listed: gr.HTML
    said: gr.HTML
    bars: gr.State


def add_plot() -> Plot:
    """Lay out the timeline in the Blocks at hand.

    page.css hides it while it has no heading. A plot that came and went would be measured by Gradio while it is gone.
    """
    with gr.Column(elem_id="timeline"):
        heading = gr.HTML(apply_default_css=False, js_on_load=None)
        chart = gr.BarPlot(
            None, x="period", y="articles", color="outlet", x_title=" ", y_title=" ", color_title=" ",
            height=_HEIGHTS[MONTH], x_label_angle=-60, colors_in_legend=[], show_label=False, container=False,
            buttons=[], elem_id="timeline-plot",
        )  # fmt: skip
        said = gr.HTML(apply_default_css=False, js_on_load=None)
        listed = gr.HTML(apply_default_css=False, js_on_load=None)
    return Plot(chart, heading, listed, said, gr.State(()))


class PlotEvents:
    """What the page does with the timeline."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def shown(self, turns: tuple[Turn, ...]) -> tuple[Any, ...]:
        """The timeline of the last question; hidden where it has no answer, or no article to count."""
        answer = turns[-1].answer if turns else None
        try:
            counted = self._index.timeline(answer.query) if answer else Timeline()
        except Exception as error:
            raise gr.Error(asking.words_for(error), print_exception=False) from error
        found = timeline.bars(counted)
        if not found or answer is None:
            return gr.skip(), "", "", "", ()
        data = table(found)
        colours = dict(zip(dict.fromkeys(data["outlet"]), _COLOURS, strict=False))
        step = found[0].step
        chart = gr.BarPlot(data, sort=[bar.label for bar in found], color_map=colours, height=_HEIGHTS[step])
        heading = timeline.heading(counted, step, colours, bool(answer.query.filters))
        return chart, heading, timeline.listed(found), "", found

    def selected(self, found: tuple[Bar, ...], turns: tuple[Turn, ...], event: gr.SelectData) -> tuple[Any, ...]:
        """The fields for the days of a selection in the plot, which names the labels of its bars."""
        labels = event.value if isinstance(event.value, list) else []
        chosen = [bar for bar in found if bar.label in labels]
        return self._set(chosen, turns)

    def chosen(self, found: tuple[Bar, ...], turns: tuple[Turn, ...], event: gr.EventData) -> tuple[Any, ...]:
        """The same for a period of the list; the event holds the number of its bar as `bar`."""
        data = event._data if isinstance(event._data, dict) else {}
        number = data.get("bar")
        return self._set(found[number : number + 1] if isinstance(number, int) and number >= 0 else (), turns)

    @staticmethod
    def _set(chosen: Sequence[Bar], turns: tuple[Turn, ...]) -> tuple[Any, ...]:
        if not chosen:
            return gr.skip(), gr.skip(), gr.skip()
        first, last = chosen[0].first, chosen[-1].last
        said = timeline.chosen(days_in_words(first, last), f"{first}/{last}", len(turns))
        return first.isoformat(), last.isoformat(), said


def wire_plot(
    plot: Plot, index: Index, turns: gr.State, settled: Sequence[Any], actions: gr.HTML, fields: Sequence[gr.Textbox]
) -> None:
    """Wire the events of the timeline.

    Args:
        plot: its components.
        index: what is asked.
        turns: of the conversation on the page.
        settled: the events after whose end another question is the last one.
        actions: hands on what a reader does in the list.
        fields: for the first and the last day of a search.
    """
    events = PlotEvents(index)
    outputs = [plot.chart, plot.heading, plot.listed, plot.said, plot.bars]
    for event in settled:
        event.then(events.shown, turns, outputs, **_HIDDEN)
    days = {"inputs": [plot.bars, turns], "outputs": [*fields, plot.said], "queue": False, **_HIDDEN}
    plot.chart.select(events.selected, **days)
    actions.days(events.chosen, **days)
