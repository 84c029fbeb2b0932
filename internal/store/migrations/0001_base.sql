-- The first schema. Statements end with a semicolon at the end of a line.
-- Ids are text, times are microseconds since 1970 UTC (0 = not known), flags
-- are 0 or 1, doc columns hold the noun as JSON that only Go reads. Most times
-- are of the traffic; stored is the clock on the wall, which retention goes by,
-- so that an old capture read today is kept as long as today's traffic.

CREATE TABLE meta (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

-- Numbers that grow in the order of commits: live, published, audit.
CREATE TABLE counter (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('audit', 0), ('live', 0), ('live_trimmed', 0), ('published', 0);

-- Devices: what lists search, filter and sort by, kept narrow; the whole is in device_doc.
CREATE TABLE device (
    id           TEXT COLLATE "C" PRIMARY KEY,
    site_id      TEXT COLLATE "C" NOT NULL,
    merged       BIGINT NOT NULL,
    name_key     TEXT COLLATE "C" NOT NULL,
    type         TEXT COLLATE "C" NOT NULL,
    category     TEXT COLLATE "C" NOT NULL,
    vendor       TEXT COLLATE "C" NOT NULL,
    vendor_key   TEXT COLLATE "C" NOT NULL,
    model_key    TEXT COLLATE "C" NOT NULL,
    os_key       TEXT COLLATE "C" NOT NULL,
    firmware     TEXT COLLATE "C" NOT NULL,
    firmware_key TEXT COLLATE "C" NOT NULL,
    ip_key       TEXT COLLATE "C" NOT NULL,
    zone         TEXT COLLATE "C" NOT NULL,
    sensors      TEXT COLLATE "C" NOT NULL,
    local        BIGINT NOT NULL,
    quarantined  BIGINT NOT NULL,
    open_alerts  BIGINT NOT NULL,
    level        TEXT COLLATE "C" NOT NULL,
    risk         DOUBLE PRECISION NOT NULL,
    risk_low     DOUBLE PRECISION NOT NULL,
    risk_high    DOUBLE PRECISION NOT NULL,
    first_seen   BIGINT NOT NULL,
    last_seen    BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    hosts        TEXT COLLATE "C" NOT NULL,
    services     TEXT COLLATE "C" NOT NULL,
    search       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX device_by_name ON device (name_key, id);
CREATE INDEX device_by_risk ON device (risk, id);
CREATE INDEX device_by_last ON device (last_seen, id);
CREATE INDEX device_by_first ON device (first_seen, id, local, merged);
CREATE INDEX device_by_vendor ON device (vendor_key, id);
CREATE INDEX device_by_type ON device (type, id);
CREATE INDEX device_by_ip ON device (ip_key, id);
-- Counting by these reads nothing else.
CREATE INDEX device_by_facet ON device (type, vendor, zone, level, sensors, local, merged);
CREATE INDEX device_by_site ON device (site_id, id);

-- doc is what inventory says; rev names its content without the times that move
-- all the time; risk is the risk summary as JSON, '' until assessed.
CREATE TABLE device_doc (
    id        TEXT COLLATE "C" PRIMARY KEY,
    rev       TEXT COLLATE "C" NOT NULL,
    announced BIGINT NOT NULL,
    risk      TEXT COLLATE "C" NOT NULL,
    doc       TEXT COLLATE "C" NOT NULL
);

CREATE TABLE device_change (
    id        TEXT COLLATE "C" PRIMARY KEY,
    device_id TEXT COLLATE "C" NOT NULL,
    time      BIGINT NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    stored    BIGINT NOT NULL,
    doc       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX device_change_by_device ON device_change (device_id, time, id);
CREATE INDEX device_change_by_age ON device_change (stored);

CREATE TABLE observation (
    device_id  TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    key        TEXT COLLATE "C" NOT NULL,
    value      TEXT COLLATE "C" NOT NULL,
    source     TEXT COLLATE "C" NOT NULL,
    sensor     TEXT COLLATE "C" NOT NULL,
    mac        TEXT COLLATE "C" NOT NULL,
    ip         TEXT COLLATE "C" NOT NULL,
    vlan       BIGINT NOT NULL,
    transport  TEXT COLLATE "C" NOT NULL,
    port       BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    count      BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX observation_device ON observation (device_id, key, id);

CREATE TABLE ledger (
    id      TEXT COLLATE "C" PRIMARY KEY,
    site_id TEXT COLLATE "C" NOT NULL,
    time    BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX ledger_by_time ON ledger (time, id);

CREATE TABLE zone (
    id  TEXT COLLATE "C" PRIMARY KEY,
    doc TEXT COLLATE "C" NOT NULL
);

CREATE TABLE flow (
    id            TEXT COLLATE "C" PRIMARY KEY,
    client_device TEXT COLLATE "C" NOT NULL,
    server_device TEXT COLLATE "C" NOT NULL,
    protocol      TEXT COLLATE "C" NOT NULL,
    first_seen    BIGINT NOT NULL,
    last_seen     BIGINT NOT NULL,
    stored        BIGINT NOT NULL,
    doc           TEXT COLLATE "C" NOT NULL
);
CREATE INDEX flow_by_age ON flow (stored);
CREATE INDEX flow_by_last ON flow (last_seen, id);
CREATE INDEX flow_by_client ON flow (client_device, last_seen, id);
CREATE INDEX flow_by_server ON flow (server_device, last_seen, id);

CREATE TABLE peer (
    device_id TEXT COLLATE "C" NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    bytes     BIGINT NOT NULL,
    doc       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (device_id, id)
);

CREATE TABLE baseline (
    device_id TEXT COLLATE "C" PRIMARY KEY,
    doc       TEXT COLLATE "C" NOT NULL
);

CREATE TABLE alert (
    id          TEXT COLLATE "C" PRIMARY KEY,
    site_id     TEXT COLLATE "C" NOT NULL,
    detector    TEXT COLLATE "C" NOT NULL,
    severity    BIGINT NOT NULL,
    state       TEXT COLLATE "C" NOT NULL,
    device_id   TEXT COLLATE "C" NOT NULL,
    first_seen  BIGINT NOT NULL,
    last_seen   BIGINT NOT NULL,
    stored      BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    search      TEXT COLLATE "C" NOT NULL,
    doc         TEXT COLLATE "C" NOT NULL
);
CREATE INDEX alert_by_age ON alert (stored);
CREATE INDEX alert_by_last ON alert (last_seen, id);
CREATE INDEX alert_by_severity ON alert (severity, last_seen, id);
CREATE INDEX alert_by_state ON alert (state, severity, last_seen, id);
CREATE INDEX alert_by_device ON alert (device_id, state, last_seen, id);

CREATE TABLE incident (
    id        TEXT COLLATE "C" PRIMARY KEY,
    site_id   TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    last_seen BIGINT NOT NULL,
    stored    BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    doc       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX incident_by_last ON incident (last_seen, id);

CREATE TABLE notification (
    id       TEXT COLLATE "C" PRIMARY KEY,
    alert_id TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    created  BIGINT NOT NULL,
    next     BIGINT NOT NULL,
    doc      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX notification_by_alert ON notification (alert_id, created, id);
CREATE INDEX notification_by_due ON notification (state, next, id);

-- human: a person set the state, and a new assessment keeps it.
-- present: the last assessment found it.
CREATE TABLE vulnerability (
    id         TEXT COLLATE "C" PRIMARY KEY,
    device_id  TEXT COLLATE "C" NOT NULL,
    cve        TEXT COLLATE "C" NOT NULL,
    grade      BIGINT NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    kev        BIGINT NOT NULL,
    cvss       DOUBLE PRECISION NOT NULL,
    human      BIGINT NOT NULL,
    present    BIGINT NOT NULL,
    first_seen BIGINT NOT NULL,
    doc        TEXT COLLATE "C" NOT NULL
);
CREATE INDEX vulnerability_by_device ON vulnerability (device_id, present);
CREATE INDEX vulnerability_by_cve ON vulnerability (cve, id);
CREATE INDEX vulnerability_by_weight ON vulnerability (present, kev, cvss, id);

CREATE TABLE control_result (
    device_id  TEXT COLLATE "C" NOT NULL,
    control_id TEXT COLLATE "C" NOT NULL,
    doc        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (device_id, control_id)
);

CREATE TABLE risk (
    device_id TEXT COLLATE "C" PRIMARY KEY,
    rev       TEXT COLLATE "C" NOT NULL,
    doc       TEXT COLLATE "C" NOT NULL
);

-- device_id '' is the site as a whole.
CREATE TABLE risk_point (
    device_id TEXT COLLATE "C" NOT NULL,
    time      BIGINT NOT NULL,
    score     DOUBLE PRECISION NOT NULL,
    low       DOUBLE PRECISION NOT NULL,
    high      DOUBLE PRECISION NOT NULL,
    cause     TEXT COLLATE "C" NOT NULL,
    stored    BIGINT NOT NULL,
    PRIMARY KEY (device_id, time)
);
CREATE INDEX risk_point_by_age ON risk_point (stored);

CREATE TABLE action (
    id        TEXT COLLATE "C" PRIMARY KEY,
    device_id TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    state     TEXT COLLATE "C" NOT NULL,
    dry_run   BIGINT NOT NULL,
    created   BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    backup    TEXT COLLATE "C" NOT NULL,
    doc       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX action_by_created ON action (created, id);
CREATE INDEX action_by_device ON action (device_id, state);

CREATE TABLE audit (
    seq       BIGINT PRIMARY KEY,
    time      BIGINT NOT NULL,
    actor     TEXT COLLATE "C" NOT NULL,
    source    TEXT COLLATE "C" NOT NULL,
    action    TEXT COLLATE "C" NOT NULL,
    object    TEXT COLLATE "C" NOT NULL,
    detail    TEXT COLLATE "C" NOT NULL,
    outcome   TEXT COLLATE "C" NOT NULL,
    prev_hash TEXT COLLATE "C" NOT NULL,
    hash      TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_by_time ON audit (time);

CREATE TABLE account (
    id            TEXT COLLATE "C" PRIMARY KEY,
    name          TEXT COLLATE "C" NOT NULL UNIQUE,
    password_hash TEXT COLLATE "C" NOT NULL,
    version       BIGINT NOT NULL,
    doc           TEXT COLLATE "C" NOT NULL
);

CREATE TABLE token (
    id   TEXT COLLATE "C" PRIMARY KEY,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    doc  TEXT COLLATE "C" NOT NULL
);

CREATE TABLE session (
    hash    TEXT COLLATE "C" PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    csrf    TEXT COLLATE "C" NOT NULL,
    expires BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX session_by_expiry ON session (expires);

CREATE TABLE sensor (
    id  TEXT COLLATE "C" PRIMARY KEY,
    doc TEXT COLLATE "C" NOT NULL
);

CREATE TABLE upload (
    id      TEXT COLLATE "C" PRIMARY KEY,
    created BIGINT NOT NULL,
    doc     TEXT COLLATE "C" NOT NULL
);

CREATE TABLE setting (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);

-- Batches applied, so that each is applied once.
CREATE TABLE batch (
    id        TEXT COLLATE "C" PRIMARY KEY,
    sensor_id TEXT COLLATE "C" NOT NULL,
    applied   BIGINT NOT NULL
);
CREATE INDEX batch_by_time ON batch (applied);

-- The outbox: what changed, in the order of commits.
CREATE TABLE live (
    seq  BIGINT PRIMARY KEY,
    time BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id   TEXT COLLATE "C" NOT NULL,
    data TEXT COLLATE "C" NOT NULL
);
