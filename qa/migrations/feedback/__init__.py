"""The tables of the file of votes, as numbered SQL scripts; see qa/feedback.py."""
