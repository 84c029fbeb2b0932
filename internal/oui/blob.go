package oui

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // for the registry
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
)

// blob is the gzipped registry, in the format that Encode writes.
//
//go:embed oui.bin.gz
var blob []byte

const magic = "heron-oui/1\n"

// lengths are the prefix lengths of the registry: MA-L, MA-M and MA-S.
var lengths = [...]uint{24, 28, 36}

// Entry is one assignment on its way into the embedded table.
type Entry struct {
	Prefix       uint64 // the leading Bits bits
	Bits         int    // 24, 28 or 36
	Organization string
}

// Encode writes the registry in the form that this package embeds: gzip of the
// magic line; the count of names and the names, one a line, ascending by Fold;
// then for each prefix length the count, and for each prefix the distance from
// the one before and the index of its name. Numbers are unsigned varints.
func Encode(w io.Writer, entries []Entry) error {
	names, index := nameTable(entries)
	var b []byte
	b = append(b, magic...)
	b = binary.AppendUvarint(b, uint64(len(names)))
	for _, n := range names {
		b = append(append(b, n...), '\n')
	}
	for _, bits := range lengths {
		group := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.Bits != int(bits) })
		slices.SortFunc(group, func(x, y Entry) int { return int(int64(x.Prefix) - int64(y.Prefix)) })
		b = binary.AppendUvarint(b, uint64(len(group)))
		last := uint64(0)
		for _, e := range group {
			b = binary.AppendUvarint(b, e.Prefix-last)
			b = binary.AppendUvarint(b, index[e.Organization])
			last = e.Prefix
		}
	}
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return fmt.Errorf("compress registry: %w", err)
	}
	if _, err := z.Write(b); err != nil {
		return fmt.Errorf("write registry: %w", err)
	}
	return z.Close()
}

// nameTable returns the distinct organizations ascending by Fold, and the
// place of each.
func nameTable(entries []Entry) ([]string, map[string]uint64) {
	folded := make(map[string]string)
	for _, e := range entries {
		folded[e.Organization] = Fold(e.Organization)
	}
	names := make([]string, 0, len(folded))
	for n := range folded {
		names = append(names, n)
	}
	slices.SortFunc(names, func(x, y string) int {
		if c := strings.Compare(folded[x], folded[y]); c != 0 {
			return c
		}
		return strings.Compare(x, y)
	})
	index := make(map[string]uint64, len(names))
	for i, n := range names {
		index[n] = uint64(i)
	}
	return names, index
}

// decode reads what Encode wrote.
func decode(gz []byte) (*table, error) {
	z, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		return nil, fmt.Errorf("registry of MAC addresses: %w", err)
	}
	r := bufio.NewReaderSize(z, 1<<16)
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(r, head); err != nil || string(head) != magic {
		return nil, fmt.Errorf("registry of MAC addresses: not in the format %q", magic)
	}
	t := &table{}
	if t.names, err = readNames(r); err != nil {
		return nil, fmt.Errorf("registry of MAC addresses: names: %w", err)
	}
	for _, bits := range lengths {
		b, err := readBlock(r, bits, len(t.names))
		if err != nil {
			return nil, fmt.Errorf("registry of MAC addresses: /%d: %w", bits, err)
		}
		t.blocks = append(t.blocks, b)
	}
	return t, nil
}

func readNames(r *bufio.Reader) ([]string, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, min(n, 1<<16))
	for range n {
		line, err := r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		names = append(names, line[:len(line)-1])
	}
	return names, nil
}

func readBlock(r *bufio.Reader, bits uint, names int) (block, error) {
	b := block{bits: bits}
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return b, err
	}
	last := uint64(0)
	for range n {
		step, err := binary.ReadUvarint(r)
		if err != nil {
			return b, err
		}
		name, err := binary.ReadUvarint(r)
		if err != nil {
			return b, err
		}
		if name >= uint64(names) {
			return b, fmt.Errorf("name %d of %d", name, names)
		}
		last += step
		b.prefixes = append(b.prefixes, last)
		b.names = append(b.names, uint32(name))
	}
	return b, nil
}
