package capture

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/heron-iot/heron"
)

// Open opens capture files as one source. A path is a file, a directory (all
// captures in it and below it, in the order of their names) or "-" for standard
// input. The frames of several files come as one stream ordered by time; those
// of one file come in the order of the file. A path that is not there is an
// error of Open; damage inside of files is told by Next.
func Open(paths []string) (Source, error) {
	var files []*file
	for _, path := range paths {
		found, err := expand(path)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return nil, heron.Errorf(heron.CodeInvalid, "no capture file given: name a file, a directory or - for standard input")
	}
	m, pool := &merge{}, &buffers{}
	for i, f := range files {
		f.order, f.s.pool = i, pool
	}
	m.begin(files)
	if len(m.faults) == 0 && !slices.ContainsFunc(files, isCapture) {
		return nil, heron.Errorf(heron.CodeInvalid, "no capture file in %s: want pcap or pcapng, as it is or compressed with gzip or zstd", paths[0])
	}
	return m, nil
}

// OpenReader reads one capture from r, plain or compressed; name stands for it
// in messages. It does not close r.
func OpenReader(name string, r io.Reader) Source {
	f := &file{path: name, once: true, from: r}
	f.s.pool = &buffers{}
	m := &merge{}
	m.begin([]*file{f})
	return m
}

// isCapture reports whether the format of a file was found, whatever came after.
func isCapture(f *file) bool { return f.dec != nil }

// expand lists the files that a path stands for.
func expand(path string) ([]*file, error) {
	if path == stdin {
		return []*file{{path: stdin, once: true}}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, pathError(path, err)
	}
	if !info.IsDir() {
		return []*file{{path: path, once: !info.Mode().IsRegular()}}, nil
	}
	var files []*file
	err = filepath.WalkDir(path, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return pathError(name, err)
		}
		// A link to a file counts; a link to a directory could lead in circles.
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && !e.IsDir() {
			files = append(files, &file{path: name, found: true})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, heron.Errorf(heron.CodeInvalid, "no capture file in %s: the directory is empty", path)
	}
	return files, nil
}

func pathError(path string, err error) error {
	var e *heron.Error
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e = heron.Errorf(heron.CodeNotFound, "capture %s: there is no such file or directory", path)
	case errors.Is(err, fs.ErrPermission):
		e = heron.Errorf(heron.CodeForbidden, "capture %s: no permission to read it; give it with: chmod a+r %s", path, path)
	default:
		e = heron.Errorf(heron.CodeInvalid, "capture %s: cannot be read", path)
	}
	e.Err = err
	return e
}

// isEnd reports whether err is the end of a file and no damage.
func isEnd(err error) bool { return errors.Is(err, io.EOF) }
