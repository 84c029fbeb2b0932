package httpapi

import (
	"context"
	"net/http"
	"path"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"github.com/heron-iot/heron"
)

func (s *Server) addUploads(b *builder) {
	add(b, Route{
		Method: http.MethodGet, Path: "/api/v1/uploads", ID: "listUploads", Tag: "uploads",
		Role: heron.Viewer, Summary: "Capture files given to the server, newest first",
	}, s.listUploads)
	add(b, Route{
		Method: http.MethodPost, Path: "/api/v1/uploads", ID: "upload", Tag: "uploads",
		Role: heron.Analyst, Audit: "upload.create", Status: http.StatusAccepted, Unbounded: true,
		Summary: "Upload a capture file to analyse",
		Doc: "The body is the file as it is: pcap or pcapng, plain or packed with gzip or zstd. It is streamed; " +
			"progress comes over the live stream as upload.changed.",
	}, s.upload)
}

// describeUpload tells the description of the body, which the framework does
// not read and so cannot know.
func describeUpload(o *huma.OpenAPI) {
	o.Paths["/api/v1/uploads"].Post.RequestBody = fileBody()
}

func (s *Server) listUploads(ctx context.Context, _ *struct{}) (*listOutput[heron.Upload], error) {
	return whole(s.opt.Store.ListUploads(ctx))
}

type uploadInput struct {
	fileInput
	Name string `query:"name" required:"true" minLength:"1" maxLength:"255" doc:"Name of the file, for show."`
}

func (s *Server) upload(ctx context.Context, in *uploadInput) (*oneOutput[heron.Upload], error) {
	name := fileName(in.Name)
	about(ctx, name)
	body, err := in.body(s.opt.MaxUpload)
	if err != nil {
		return nil, err
	}
	u, err := s.opt.Backend.Upload(ctx, actor(ctx), name, body)
	if body.err != nil {
		return nil, body.fault()
	}
	if err != nil {
		return nil, err
	}
	about(ctx, u.ID, "name", name)
	return one(u, nil)
}

// fileName makes a name fit for show: no folders, nothing unprintable.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name == "" || name == "." || name == ".." || name == "/" {
		return "capture"
	}
	return name
}
