package vault

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/heron-iot/heron"
)

const keyPrefix = "heron-key-v1"

// keyLine is one line of a key file.
type keyLine struct {
	id  string
	key []byte
}

func (l keyLine) String() string {
	return keyPrefix + " " + l.id + " " + encoding.EncodeToString(l.key) + "\n"
}

func newKey() keyLine {
	key := make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(key) // never fails
	return keyLine{id: keyID(key), key: key}
}

// keyID names a key without telling it: 8 bytes of its hash.
func keyID(key []byte) string {
	sum := sha256.Sum256(append([]byte(keyPrefix), key...))
	return hex.EncodeToString(sum[:8])
}

func loadOrCreate(path string) ([]keyLine, error) {
	lines, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return lines, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "make the folder of key file %s: %v", path, err)
	}
	l := newKey()
	err = create(path, l)
	if errors.Is(err, fs.ErrExist) { // another process was first: its key counts
		return load(path)
	}
	return []keyLine{l}, err
}

func load(path string) ([]keyLine, error) {
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err // the caller only asks whether it is there
		}
		return nil, heron.Errorf(heron.CodeInvalid, "key file: %v", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, heron.Errorf(heron.CodeInvalid,
			"key file %s may be read by others (mode %04o): chmod 600 %s", path, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "key file: %v", err)
	}
	return parseKeys(path, string(text))
}

func parseKeys(path, text string) ([]keyLine, error) {
	var lines []keyLine
	n := 0
	for line := range strings.Lines(text) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		damaged := heron.Errorf(heron.CodeInvalid, "key file %s, line %d: damaged; bring back a copy of the file", path, n)
		if len(fields) != 3 || fields[0] != keyPrefix {
			return nil, damaged
		}
		key, err := encoding.DecodeString(fields[2])
		if err != nil || len(key) != chacha20poly1305.KeySize || keyID(key) != fields[1] {
			return nil, damaged
		}
		lines = append(lines, keyLine{id: fields[1], key: key})
	}
	if len(lines) == 0 {
		return nil, heron.Errorf(heron.CodeInvalid, "key file %s holds no key; bring back a copy of the file", path)
	}
	return lines, nil
}

// create writes the first key whole or not at all: a half-written key file
// would make every secret unreadable. Link fails when the file exists.
func create(path string, l keyLine) error {
	tmp, err := writeTemp(path, l.String())
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, path); err != nil {
		return err // the caller asks for fs.ErrExist
	}
	return syncDir(path)
}

func appendKey(path string, l keyLine) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "key file: %v", err)
	}
	tmp, err := writeTemp(path, strings.TrimRight(string(text), "\n")+"\n"+l.String())
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return heron.Errorf(heron.CodeInvalid, "key file: %v", err)
	}
	return syncDir(path)
}

// writeTemp writes text to a new file beside path, mode 0600, and syncs it.
func writeTemp(path, text string) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".heron-key-*") // CreateTemp makes it 0600
	if err != nil {
		return "", heron.Errorf(heron.CodeInvalid, "key file %s: %v", path, err)
	}
	_, werr := f.WriteString(text)
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return "", heron.Errorf(heron.CodeInvalid, "write key file %s: %v", path, errors.Join(err, os.Remove(f.Name())))
	}
	return f.Name(), nil
}

func syncDir(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return heron.Errorf(heron.CodeInvalid, "key file: %v", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
