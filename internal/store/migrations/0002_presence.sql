-- Whether a device is there: present, asleep, away, gone, unknown; '' of those that
-- are not on a network that is watched.
ALTER TABLE device ADD COLUMN presence TEXT COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX device_by_presence ON device (presence, name_key, id);
