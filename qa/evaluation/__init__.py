"""Measuring retrieval and answers: data sets, figures with their intervals, runs and their comparison, reports.

| module         | what                                                                            |
|----------------|---------------------------------------------------------------------------------|
| questions      | the records of a data set, and how files of questions are read                  |
| datasets       | our layout, and which layout a folder has; beir and trec read the two others    |
| metrics        | the figures of one ranking                                                      |
| significance   | bootstrap intervals and the randomisation test                                  |
| runs           | asking all questions of an index; runs as files                                 |
| summary        | means with intervals, for each type of question; two runs compared              |
| preparation    | the index for a data set                                                        |
| answers        | asking all questions for answers, and what each answer is worth                 |
| answer_summary | the figures of answers as means with intervals, for each type of question       |
| wording        | whether a text gives an answer, as SQuAD counts it                              |
| refusal        | how well confidence tells what the archive answers: curve, AUC, reliability     |
| choices        | choosing among labelled sentences: files and figures                            |
| scorers        | what can choose: cosine, words in common, the selector                          |
| report         | all of it as one record, and as JSON                                            |
| page, plots    | the report as a page that needs no network                                      |
"""

from __future__ import annotations

from qa.evaluation.metrics import article_ranking, retrieval_figures

__all__ = ["article_ranking", "retrieval_figures"]
