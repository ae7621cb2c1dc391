-- So that the authors of an archive can be listed without reading its articles.
CREATE INDEX versions_by_authors ON versions (authors) WHERE authors != '[]';
