"""The tables of the file of kept conversations, as numbered SQL scripts; see qa/conversations.py."""
