package app

import (
	"fmt"
	"testing"

	"github.com/heron-iot/heron"
)

func TestTimeline(t *testing.T) {
	t.Parallel()
	var line timeline
	for _, latest := range []heron.Time{9, 1 << 60, 9} { // it is re-used
		b := &heron.Batch{
			Flows:  []heron.Flow{{Last: 5}, {Last: 2}, {Last: latest}, {Last: 5}},
			Events: []heron.Event{{Time: 5}, {Time: 1}, {Time: latest + 3}, {Time: 5}},
		}
		for i := range 4 {
			b.Flows[i].Number, b.Events[i].SrcPort = uint32(i), uint16(4+i)
		}
		var got []int
		line.each(b, func(f *heron.Flow) { got = append(got, int(f.Number)) }, func(e *heron.Event) { got = append(got, int(e.SrcPort)) })
		if fmt.Sprint(got) != "[5 1 0 3 4 7 2 6]" {
			t.Errorf("got %v", got)
		}
	}
}
