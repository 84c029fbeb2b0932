-- Credentials of devices that are asked. What is secret of them is sealed before it
-- comes here.
CREATE TABLE credential (
    name   TEXT COLLATE "C" PRIMARY KEY,
    sealed TEXT COLLATE "C" NOT NULL,
    doc    TEXT COLLATE "C" NOT NULL
);
