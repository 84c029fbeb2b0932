package evidence

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// What is appended is in the file in order, whatever way it goes, and whenever it
// is to be found.
func TestAppender(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		path := filepath.Join(t.TempDir(), fmt.Sprint(seed))
		a, err := create(path, []byte("the header"))
		if err != nil {
			t.Fatal(err)
		}
		if seed%4 == 0 { // a file system may have no way past the cache
			if a.direct != nil {
				_ = a.direct.Close()
			}
			a.direct = nil
		}
		r := rand.New(rand.NewPCG(seed, 3))
		want := []byte("the header")
		for range 25 {
			b := make([]byte, r.IntN(1+[]int{20, 5000, bufferSize}[r.IntN(3)]))
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			if err := a.write(b, r.IntN(4) == 0); err != nil {
				t.Fatal(err)
			}
			want = append(want, b...)
			if r.IntN(5) == 0 {
				if err := a.settle(); err != nil {
					t.Fatal(err)
				}
				isFile(t, path, want)
			}
		}
		if seed%2 == 0 { // what was to be written since fails
			a.stage = append(a.stage, "not whole"...)
			n, err := a.rescue(int64(len(want)))
			if err != nil || n != int64(len(want)) {
				t.Fatalf("rescued %d of %d bytes: %v", n, len(want), err)
			}
		}
		if err := a.close(); err != nil {
			t.Fatal(err)
		}
		isFile(t, path, want)
	}
}

func isFile(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes in the file, %d appended: %v", len(got), len(want), err)
	}
}

func TestAppenderGoesThroughTheCacheWhereItMust(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	a, err := create(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.direct == nil {
		t.Skip("this file system has no way past its cache")
	}
	a.at = 1 // no disk writes there
	b := bytes.Repeat([]byte("x"), 3*alignment)
	if err := a.write(b, false); err != nil {
		t.Fatal(err)
	}
	if a.direct != nil {
		t.Error("a write that the disk refused went past the cache")
	}
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	isFile(t, path, append([]byte{0}, b...))
}
