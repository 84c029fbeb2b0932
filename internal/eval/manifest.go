package eval

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/heron-iot/heron"
)

// Capture is a capture file of which one device is known: a row of a manifest.
type Capture struct {
	// Path is as the manifest has it: relative to its folder, with slashes.
	Path string
	// Dataset and Label name what the capture counts for: all captures of one
	// label weigh together as much as those of any other.
	Dataset, Label string
	// The truth; "" where it is not known, and then nothing is judged.
	Vendor, Model, Type string
	// The device is the one with that MAC or with one of those addresses.
	MAC heron.MAC
	IPs []netip.Addr

	file string // Path, from here
}

// Manifest is a list of labelled captures, and names that mean the same.
type Manifest struct {
	Captures []Capture
	names    names
}

// Names of files beside a manifest, of JSON objects that give other names:
// {"Philips": ["Signify"]}.
const (
	vendorAliases = "vendor_alias.json"
	modelAliases  = "model_alias.json"
)

// Load reads a manifest: a CSV file whose first line names the columns. All that
// is wrong with it is in the error.
func Load(path string) (*Manifest, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, heron.Errorf(heron.CodeNotFound, "manifest %s: there is no such file", path)
	}
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	captures, err := parse(b)
	if err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "manifest %s: %v", path, err)
	}
	dir := filepath.Dir(path)
	for i := range captures {
		captures[i].file = filepath.Join(dir, filepath.FromSlash(captures[i].Path))
	}
	m := &Manifest{Captures: captures}
	if m.names.vendors, err = aliases(filepath.Join(dir, vendorAliases)); err != nil {
		return nil, err
	}
	m.names.models, err = aliases(filepath.Join(dir, modelAliases))
	return m, err
}

// aliases reads other names; a file that is not there holds none.
func aliases(path string) (map[string][]string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("aliases: %w", err)
	}
	out := map[string][]string{}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, heron.Errorf(heron.CodeInvalid, "aliases %s: want an object of lists of names: %v", path, err)
	}
	return out, nil
}

// parse reads the rows of a manifest.
func parse(b []byte) ([]Capture, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 {
		return nil, errors.New("want a line of column names and a line for each capture")
	}
	var errs []error
	out := make([]Capture, 0, len(rows)-1)
	for i, row := range rows[1:] {
		c, err := capture(func(column string) string {
			if at := slices.Index(rows[0], column); at >= 0 {
				return strings.TrimSpace(row[at])
			}
			return ""
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("row %d: %w", i+1, err))
		}
		out = append(out, c)
	}
	return out, errors.Join(errs...)
}

var address = regexp.MustCompile(`\d+\.\d+\.\d+\.\d+`)

// capture reads one row.
func capture(column func(string) string) (Capture, error) {
	c := Capture{
		Path: column("path"), Dataset: column("dataset"), Label: column("label"),
		Vendor: column("label_vendor"), Model: column("label_model"), Type: column("label_type"),
	}
	if c.Label == "" {
		c.Label = strings.TrimSpace(c.Vendor + " " + c.Model + " " + c.Type)
	}
	// A row may tell the model as a description, and then it is nothing to be judged by.
	if g := column("granularity"); g != "" && g != "model" {
		c.Model = ""
	}
	var errs []error
	if c.Path == "" {
		errs = append(errs, errors.New("no path"))
	}
	if c.Label == "" {
		errs = append(errs, errors.New("no label"))
	}
	if err := c.MAC.UnmarshalText([]byte(column("mac_of_device"))); err != nil {
		errs = append(errs, fmt.Errorf("mac_of_device: %w", err))
	}
	for _, s := range address.FindAllString(column("ip_of_device")+" "+column("note"), -1) {
		if ip, err := netip.ParseAddr(s); err == nil {
			c.IPs = append(c.IPs, ip)
		}
	}
	if c.MAC.IsZero() && len(c.IPs) == 0 && len(errs) == 0 {
		errs = append(errs, errors.New("neither mac_of_device nor ip_of_device says which device is meant"))
	}
	return c, errors.Join(errs...)
}
