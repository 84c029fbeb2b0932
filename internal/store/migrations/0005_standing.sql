-- How a device stands: its criticality and Purdue level as words, '' where nobody
-- says; the kind of zone it is in or belongs in; and what its risk is multiplied by
-- where work is put in order. A risk that nobody knows is -1: those come last, the
-- most urgent of them first.
ALTER TABLE device ADD COLUMN criticality TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN purdue TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN zone_kind TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE device ADD COLUMN urgency DOUBLE PRECISION NOT NULL DEFAULT 1;
CREATE INDEX device_by_priority ON device (((risk + 1.1) * urgency), id);
DROP INDEX device_by_facet;
CREATE INDEX device_by_facet ON device (type, vendor, zone, level, criticality, purdue, presence, sensors, local, merged);
