-- The archive: articles and their versions, passages, embeddings, the change log.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE sources (
    source INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE,
    folded TEXT NOT NULL           -- name.casefold(), for filters
);

CREATE TABLE versions (
    version      INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id   TEXT NOT NULL,
    number       INTEGER NOT NULL, -- 1 for the first version of an article
    content_hash TEXT NOT NULL,    -- Article.content_hash; checked before anything is quoted
    added_at     TEXT NOT NULL,
    title        TEXT NOT NULL,
    text         TEXT NOT NULL,
    source       INTEGER NOT NULL REFERENCES sources (source),
    published    TEXT,             -- ISO 8601: a day, or a moment in UTC
    updated      TEXT,
    url          TEXT NOT NULL,
    authors      TEXT NOT NULL,    -- a JSON list
    section      TEXT NOT NULL,
    language     TEXT NOT NULL,
    status       TEXT NOT NULL,
    UNIQUE (article_id, number)
);

CREATE TABLE articles (
    id      TEXT PRIMARY KEY,
    version INTEGER NOT NULL REFERENCES versions (version)
) WITHOUT ROWID;

-- Only passages of current versions that are not withdrawn.
CREATE TABLE passages (
    passage   INTEGER PRIMARY KEY AUTOINCREMENT,
    version   INTEGER NOT NULL REFERENCES versions (version),
    ordinal   INTEGER NOT NULL,    -- 0 for the lead passage
    start     INTEGER NOT NULL,
    end       INTEGER NOT NULL,
    text_hash BLOB NOT NULL,       -- of what the encoder sees
    body_hash BLOB NOT NULL,       -- of the passage without the title
    source    INTEGER NOT NULL,
    day       INTEGER              -- date.toordinal() of publication
);
CREATE INDEX passages_by_version ON passages (version);
CREATE INDEX passages_by_text ON passages (text_hash);
CREATE INDEX passages_by_body ON passages (body_hash);
CREATE INDEX passages_by_day ON passages (day, source);

CREATE TABLE encoders (
    encoder     INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE
);

CREATE TABLE embeddings (
    embedding INTEGER PRIMARY KEY,
    encoder   INTEGER NOT NULL REFERENCES encoders (encoder),
    text_hash BLOB NOT NULL,
    vector    BLOB NOT NULL,       -- float32, little-endian, length 1
    UNIQUE (encoder, text_hash)
);

-- Append-only. Tantivy and FAISS each know the seq that they have reached.
CREATE TABLE changes (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    op      TEXT NOT NULL CHECK (op IN ('add', 'delete', 'embed')),
    passage INTEGER NOT NULL
);
