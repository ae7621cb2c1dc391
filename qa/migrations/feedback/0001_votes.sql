-- What readers think of answers. A file of its own, so that the archive is the archive's alone.
CREATE TABLE votes (
    turn      TEXT PRIMARY KEY,  -- random: of one answer on one reader's page, so that a vote can be changed
    voted_at  TEXT NOT NULL,     -- ISO 8601, UTC
    question  TEXT NOT NULL,     -- whole, as it was searched for
    as_of     TEXT NOT NULL,     -- the day of asking
    link      TEXT NOT NULL,     -- asks it again with all its limits: the end of the chat's address
    abstained INTEGER NOT NULL,
    answer    TEXT NOT NULL,
    citations TEXT NOT NULL,     -- a JSON list of {"id", "start", "end"}
    helpful   INTEGER NOT NULL,
    reason    TEXT NOT NULL
);
