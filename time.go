package heron

import (
	"fmt"
	"time"
)

// Time is an instant in microseconds since the Unix epoch, UTC. It is traffic
// time wherever it describes traffic: taken from the capture, never from the
// clock on the wall. Zero means "not known".
type Time int64

// Time units, in microseconds, for arithmetic on Time.
const (
	Millisecond Time = 1_000
	Second      Time = 1_000_000
	Minute           = 60 * Second
	Hour             = 60 * Minute
	Day              = 24 * Hour
)

// timeLayout is RFC 3339 with exactly six digits of fraction, so that text
// sorts as time does.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// TimeOf converts t, dropping what is finer than a microsecond.
func TimeOf(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.UnixMicro())
}

// Std converts t to a time.Time in UTC; the zero Time becomes the zero time.Time.
func (t Time) Std() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(t)).UTC()
}

// Add returns t+d.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Microseconds()) }

// Sub returns t-u as a duration.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Microsecond }

// String returns RFC 3339 with microseconds, or "" for the zero Time.
func (t Time) String() string {
	if t == 0 {
		return ""
	}
	return t.Std().Format(timeLayout)
}

// MarshalText implements encoding.TextMarshaler.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText accepts any RFC 3339 time, and "" for the zero Time.
func (t *Time) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*t = 0
		return nil
	}
	v, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		return fmt.Errorf("time %q: want RFC 3339, as 2026-11-23T08:00:00.000000Z", b)
	}
	*t = TimeOf(v)
	return nil
}
