package lab

import (
	"fmt"
	"strings"
)

// fill puts a host's own facts into a text: {ip} {mac} {MAC} {sn} {short}
// {SHORT} {uuid} {host} {vendor} {product} {fw}.
func (h *Host) fill(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	return strings.NewReplacer(
		"{ip}", h.Here.String(),
		"{mac}", h.MAC.String(),
		"{MAC}", strings.ToUpper(h.MAC.String()),
		"{sn}", strings.ToUpper(h.Serial),
		"{short}", h.short(),
		"{SHORT}", strings.ToUpper(h.short()),
		"{host}", h.hostname(),
		"{uuid}", h.uuid(),
		"{vendor}", h.Model.Vendor,
		"{product}", h.Model.Product,
		"{fw}", h.Model.Firmware,
	).Replace(text)
}

// uuid is the UPnP name that the device made from its address.
func (h *Host) uuid() string {
	return fmt.Sprintf("2f402f80-da50-11e1-9b23-%s", h.Serial)
}
