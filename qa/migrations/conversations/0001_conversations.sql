-- What readers asked, and which places of which articles answered. A file of its own: the archive is the archive's alone.
CREATE TABLE conversations (
    id         TEXT PRIMARY KEY,  -- random
    user       TEXT NOT NULL,     -- the name under which the reader logged in
    title      TEXT NOT NULL,     -- the first question, shortened
    changed_at TEXT NOT NULL      -- ISO 8601, UTC
);
CREATE INDEX conversations_of_user ON conversations (user, changed_at);
CREATE TABLE turns (
    conversation TEXT NOT NULL,
    position     INTEGER NOT NULL,  -- from 1
    request      TEXT NOT NULL,     -- JSON: the question as entered, with its limits
    answer       TEXT NOT NULL,     -- JSON: places in articles, never their text; see qa/web/kept_turns.py
    PRIMARY KEY (conversation, position)
);
