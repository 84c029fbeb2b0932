package exchange

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
	"strconv"

	"github.com/heron-iot/heron"
)

// The parts of CycloneDX 1.6 (ECMA-424) that Heron writes: each device a
// component of type device, its firmware and operating system components inside it.
type (
	cdxComponent struct {
		Type         string         `json:"type"`
		Ref          string         `json:"bom-ref"`
		Manufacturer *cdxEntity     `json:"manufacturer,omitempty"`
		Name         string         `json:"name"`
		Version      string         `json:"version,omitempty"`
		Description  string         `json:"description,omitempty"`
		Properties   []cdxProperty  `json:"properties,omitempty"`
		Components   []cdxComponent `json:"components,omitempty"`
	}
	cdxEntity struct {
		Name string `json:"name"`
	}
	cdxProperty struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	cdxMetadata struct {
		Timestamp  heron.Time    `json:"timestamp"`
		Tools      cdxTools      `json:"tools"`
		Properties []cdxProperty `json:"properties,omitempty"`
	}
	cdxTools struct {
		Components []cdxTool `json:"components"`
	}
	cdxTool struct {
		Type    string `json:"type"`
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
)

// writeCycloneDX writes a bill of materials whose components are the devices, one
// at a time: a site may have a hundred thousand.
func writeCycloneDX(w io.Writer, e Export, devices iter.Seq2[heron.Device, error]) error {
	out := bufio.NewWriter(w)
	metadata, err := json.Marshal(cdxMetadata{
		Timestamp:  e.Time,
		Tools:      cdxTools{[]cdxTool{{Type: "application", Name: "Heron", Version: e.Version}}},
		Properties: []cdxProperty{{"heron:site", e.Site}},
	})
	if err != nil {
		return err
	}
	head := `{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:` + e.ID + `","version":1,"metadata":`
	_, _ = out.WriteString(head + string(metadata) + `,"components":[`) // its error stays and comes with Flush
	first := true
	for d, err := range devices {
		if err != nil {
			return err
		}
		c, err := json.Marshal(cdxDevice(&d))
		if err != nil {
			return err
		}
		if !first {
			_ = out.WriteByte(',')
		}
		first = false
		_, _ = out.WriteString("\n")
		if _, err := out.Write(c); err != nil {
			return err
		}
	}
	_, _ = out.WriteString("\n]}\n")
	return out.Flush()
}

func cdxDevice(d *heron.Device) cdxComponent {
	id := &d.Identity
	c := cdxComponent{
		Type: "device", Ref: d.ID, Name: d.Title(),
		Description: heron.TypeTitle(id.Type.Value), Properties: cdxProperties(d),
	}
	if id.Vendor != nil {
		c.Manufacturer = &cdxEntity{id.Vendor.Value}
	}
	if id.Firmware != nil {
		c.Components = append(c.Components, cdxComponent{
			Type: "firmware", Ref: d.ID + "/firmware", Name: valueOf(id.Model, c.Name) + " firmware",
			Version: id.Firmware.Value, Manufacturer: c.Manufacturer,
		})
	}
	if id.OS != nil {
		c.Components = append(c.Components, cdxComponent{Type: "operating-system", Ref: d.ID + "/os", Name: id.OS.Value})
	}
	return c
}

// cdxProperties are the facts for which CycloneDX has no field. The type is told
// with how sure Heron is of it.
func cdxProperties(d *heron.Device) []cdxProperty {
	list := []cdxProperty{
		{"heron:type", d.Identity.Type.Value},
		{"heron:confidence", percent(&d.Identity.Type)},
		{"heron:firstSeen", d.First.String()},
		{"heron:lastSeen", d.Last.String()},
	}
	if d.Identity.Model != nil {
		list = append(list, cdxProperty{"heron:model", d.Identity.Model.Value})
	}
	for _, m := range d.MACs {
		list = append(list, cdxProperty{"heron:mac", m.String()})
	}
	for _, ip := range d.IPs {
		list = append(list, cdxProperty{"heron:ip", ip.String()})
	}
	if s := serialOf(d); s != "" {
		list = append(list, cdxProperty{"heron:serialNumber", s})
	}
	if d.Zone != "" {
		list = append(list, cdxProperty{"heron:zone", d.Zone})
	}
	for _, p := range []cdxProperty{
		{"heron:criticality", d.Standing.Criticality.Value},
		{"heron:purdueLevel", d.Standing.Purdue.Value},
		{"heron:zoneKind", d.Standing.ZoneKind.Value},
	} {
		if p.Value != "" {
			list = append(list, p)
		}
	}
	if d.Risk != nil {
		list = append(list, cdxProperty{"heron:risk", strconv.FormatFloat(d.Risk.Score, 'f', 0, 64)})
	}
	for i := range d.Services {
		list = append(list, cdxProperty{"heron:service", serviceName(&d.Services[i])})
	}
	return list
}
