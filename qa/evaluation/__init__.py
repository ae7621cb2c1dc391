"""Measuring retrieval: data sets, figures with their intervals, runs and their comparison, reports.

| module        | what                                                                            |
|---------------|---------------------------------------------------------------------------------|
| questions     | the records of a data set, and how files of questions are read                  |
| datasets      | our layout, and which layout a folder has; beir and trec read the two others    |
| metrics       | the figures of one ranking                                                      |
| significance  | bootstrap intervals and the randomisation test                                  |
| runs          | asking all questions of an index; runs as files                                 |
| summary       | means with intervals, for each type of question; two runs compared              |
| preparation   | the index for a data set                                                        |
| report        | all of it as one record, and as JSON                                            |
| page, plots   | the report as a page that needs no network                                      |
"""

from __future__ import annotations

from qa.evaluation.metrics import article_ranking, retrieval_figures

__all__ = ["article_ranking", "retrieval_figures"]
