package httpapi

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/heron-iot/heron"
)

// Exchanger takes what other systems know of the network, and writes what
// Heron knows for them.
type Exchanger interface {
	// Import reads a file of another system to its end and takes what it says.
	// The API bounds its size. format is "" for whichever it looks like.
	Import(ctx context.Context, actor, format string, body io.Reader) (*heron.Import, error)
	// Export prepares to write the devices that f chooses in a format.
	Export(ctx context.Context, format string, f heron.DeviceFilter) (*Export, error)
}

// Export is devices in the format of another system, ready to be written.
type Export struct {
	MediaType string
	Extension string // of a file name, with its dot
	Write     func(w io.Writer) error
}

// maxImport bounds a file of another system, in bytes: some hundred thousand devices.
const maxImport = 64 << 20

func (s *Server) addExchange(b *builder) {
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/devices/import", ID: "importDevices", Tag: "devices",
		Role: heron.Analyst, Audit: "device.import", Unbounded: true,
		Summary: "Take what another system knows of the devices",
		Doc: "The body is the file as it is: leases of dnsmasq (dnsmasq), Kea (kea) or ISC DHCP (isc), answers of NetBox's REST API (netbox), " +
			"or a table with a column mac or ip in its first row (csv). What it says becomes observations: it is weighed like any other, " +
			"and moves no device by itself. Lines that cannot be read are told, the others taken.",
	}, s.importDevices)
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/devices/export", ID: "exportDevices", Tag: "devices",
		Role: heron.Viewer, Unbounded: true, Summary: "Devices as a file for another system",
		Doc: "csv is a table that the import takes again, netbox the table of NetBox's bulk import of devices, cyclonedx a bill of materials (CycloneDX 1.6, JSON).",
	}, s.exportDevices)
}

// describeImport tells the description of the body, which the framework does not read.
func describeImport(o *huma.OpenAPI) {
	o.Paths["/api/v1/devices/import"].Post.RequestBody = fileBody()
}

func (s *Server) importDevices(ctx context.Context, in *struct {
	fileInput
	Format string `query:"format" maxLength:"32" doc:"csv, dnsmasq, isc, kea or netbox; without it, whichever the file looks like."`
},
) (*oneOutput[heron.Import], error) {
	about(ctx, in.Format)
	body, err := in.body(maxImport)
	if err != nil {
		return nil, err
	}
	i, err := s.opt.Backend.Import(ctx, actor(ctx), in.Format, body)
	if body.err != nil {
		return nil, body.fault()
	}
	if err != nil {
		return nil, err
	}
	about(ctx, i.Format, "hosts", strconv.Itoa(i.Hosts))
	return one(i, nil)
}

func (s *Server) exportDevices(ctx context.Context, in *struct {
	DeviceQuery
	Format string `query:"format" required:"true" maxLength:"32" doc:"csv, cyclonedx or netbox."`
},
) (*huma.StreamResponse, error) {
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	e, err := s.opt.Backend.Export(ctx, in.Format, f)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", e.MediaType)
		hc.SetHeader("Content-Disposition", `attachment; filename="devices`+e.Extension+`"`)
		if err := e.Write(hc.BodyWriter()); err != nil {
			// The head is gone: a connection that breaks is how the client learns
			// that the file is not whole.
			s.log.Error("devices not sent", "error", err)
			panic(http.ErrAbortHandler)
		}
	}}, nil
}
