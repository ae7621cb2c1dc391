-- Every question looks for withdrawn articles; without this, each look would go through all texts.
CREATE INDEX IF NOT EXISTS versions_withdrawn ON versions (article_id) WHERE status = 'withdrawn';
