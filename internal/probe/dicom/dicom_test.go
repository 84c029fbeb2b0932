package dicom_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/heron-iot/heron/internal/probe/dicom"
	"github.com/heron-iot/heron/internal/probe/probetest"
)

func item(tag byte, content string) string {
	return string(binary.BigEndian.AppendUint16([]byte{tag, 0}, uint16(len(content)))) + content
}

func accept() []byte {
	title := func(s string) string { return s + strings.Repeat(" ", 16-len(s)) }
	content := "\x00\x01\x00\x00" + title("ANY-SCP") + title("HERON") + strings.Repeat("\x00", 32) + item(0x10, "1.2.840.10008.3.1.1.1") +
		item(0x21, "\x01\x00\x00\x00"+item(0x40, "1.2.840.10008.1.2")) + item(0x50, item(0x52, "1.2.276.0.7230010.3.0.3.6.7")+item(0x55, "OFFIS_DCMTK_367"))
	return append(binary.BigEndian.AppendUint32([]byte{2, 0}, uint32(len(content))), content...)
}

func TestProbe(t *testing.T) {
	t.Parallel()
	probetest.Run(t, dicom.Probe(), []probetest.Case{
		{Name: "archive", Answer: accept(), Then: [][]byte{probetest.Hex("06 00 00000004 00000000")}, Want: map[string]string{
			"service.protocol": "tcp/104/dicom", "dicom.ae_title": "ANY-SCP",
			"dicom.implementation_class":   "1.2.276.0.7230010.3.0.3.6.7",
			"dicom.implementation_version": "OFFIS_DCMTK_367",
		}},
		{Name: "rejected", Answer: probetest.Hex("03 00 00000004 00 01 01 07"), Want: map[string]string{
			"service.protocol": "tcp/104/dicom",
		}},
	})
}

func FuzzProbe(f *testing.F) { probetest.Fuzz(f, dicom.Probe(), accept()) }
