-- Scans of active discovery: kept, so that one that was cut short can be told.
CREATE TABLE scan (
    id      TEXT COLLATE "C" PRIMARY KEY,
    started BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);
