package identify

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/heron-iot/heron"
)

// Files are the files of a folder of signatures: what they hold, by their names.
type Files map[string][]byte

// Faults are what is wrong with files of signatures, by their names.
type Faults map[string][]string

// maxTold bounds how many faults of a file are told at once.
const maxTold = 10

// String is a line for each fault.
func (f Faults) String() string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		told := f[name][:min(len(f[name]), maxTold)]
		for _, fault := range told {
			lines = append(lines, name+": "+fault)
		}
		if more := len(f[name]) - len(told); more > 0 {
			lines = append(lines, fmt.Sprintf("%s: and %d more", name, more))
		}
	}
	return strings.Join(lines, "\n")
}

// err is nil without faults.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return heron.Errorf(heron.CodeInvalid, "%s", f)
}

func (f Faults) add(file, fault string) { f[file] = append(f[file], fault) }

// maxFile bounds a file of signatures, in bytes.
const maxFile = 64 << 20

// ReadFiles reads the files of a folder whose names end in .yaml and do not begin
// with a dot, as what editors leave lying about. What cannot be read is a fault.
func ReadFiles(fsys fs.FS) (Files, Faults, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, nil, fmt.Errorf("list signature files: %w", err)
	}
	files, faults := Files{}, Faults{}
	for _, e := range entries {
		name := e.Name()
		switch ext := path.Ext(name); {
		case strings.HasPrefix(name, "."):
		case ext == ".yml":
			faults.add(name, "is not read, for the names of signature files end in .yaml: rename it")
		case ext == ".yaml":
			text, err := readFile(fsys, name)
			if err != nil {
				faults.add(name, err.Error())
				continue
			}
			files[name] = text
		}
	}
	return files, faults, nil
}

// readGood is ReadFiles for who wants none where one cannot be read, or where there are none.
func readGood(fsys fs.FS) (Files, error) {
	files, faults, err := ReadFiles(fsys)
	switch {
	case err != nil:
		return nil, err
	case len(faults) > 0:
		return nil, faults.err()
	case len(files) == 0:
		return nil, heron.Errorf(heron.CodeNotFound, "no signature files (*.yaml) in the folder")
	}
	return files, nil
}

// readFile reads a file. What is none, as a pipe, would be waited for for ever.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	i, err := fs.Stat(fsys, name)
	switch {
	case err != nil:
	case !i.Mode().IsRegular():
		return nil, errors.New("is no file")
	case i.Size() > maxFile:
		return nil, fmt.Errorf("is larger than %d MiB", maxFile>>20)
	}
	var text []byte
	if err == nil {
		text, err = fs.ReadFile(fsys, name)
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return text, nil
}

// load makes a pack of files. There is none when one of them has a fault.
func load(files Files) (*Pack, Faults, error) {
	p, faults := &Pack{}, Faults{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := p.addFile(name, files[name]); err != nil {
			faults[name] = plainYAML(err)
		}
	}
	if len(faults) > 0 {
		return nil, faults, nil
	}
	slices.SortStableFunc(p.signatures, func(a, b Signature) int { return strings.Compare(a.ID, b.ID) })
	var err error
	p.program, err = compile(p)
	if u, ok := errors.AsType[*unusable](err); ok {
		file, id := u.signature.File, u.signature.ID
		faults.add(file, fmt.Sprintf("line %d: %s: %v", linesOf(files[file])[id], id, u.err))
		return nil, faults, nil
	}
	return p, nil, err
}

// noField is what the reader of YAML says of a field that is none.
var noField = regexp.MustCompile(`field (\S+) not found in type \S+$`)

// goTypes are what the reader of YAML says of the types that it fills.
var goTypes = regexp.MustCompile(` into (\[\])?identify\.\w+$`)

// plainYAML says what is wrong with a file without words of the program.
func plainYAML(err error) []string {
	var out []string
	if several, ok := errors.AsType[*yaml.TypeError](err); ok {
		for _, one := range several.Errors {
			one = noField.ReplaceAllString(one, "there is no field $1")
			out = append(out, goTypes.ReplaceAllString(one, ""))
		}
		return out
	}
	return []string{strings.TrimPrefix(err.Error(), "yaml: ")}
}

// lineAt is the line on which an item of a file begins.
func lineAt(text []byte, item int) int {
	var items []yaml.Node
	if yaml.Unmarshal(text, &items) != nil || item >= len(items) {
		return 0
	}
	return items[item].Line
}

// linesOf are the lines on which the signatures of a file begin, by their ids.
func linesOf(text []byte) map[string]int {
	var items []yaml.Node
	if yaml.Unmarshal(text, &items) != nil {
		return nil
	}
	out := make(map[string]int, len(items))
	for i := range items {
		var s struct {
			ID string `yaml:"id"`
		}
		if items[i].Decode(&s) == nil {
			out[s.ID] = items[i].Line
		}
	}
	return out
}
