package httpapi

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"github.com/heron-iot/heron"
)

// uploadStall is how long an upload may send nothing before it is given up.
const uploadStall = 30 * time.Second

// fileBody describes a body that is a file as it is.
func fileBody() *huma.RequestBody {
	return &huma.RequestBody{
		Required: true,
		Content: map[string]*huma.MediaType{
			"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		},
	}
}

// fileInput keeps the body to be read by the handler.
type fileInput struct {
	r *http.Request
	w http.ResponseWriter
}

// Resolve implements huma.Resolver.
func (in *fileInput) Resolve(ctx huma.Context) []error {
	in.r, in.w = humachi.Unwrap(ctx)
	return nil
}

// body returns the body of at most limit bytes.
func (in *fileInput) body(limit int64) (*uploadBody, error) {
	if in.r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	return &uploadBody{in: http.MaxBytesReader(in.w, in.r.Body, limit), ctl: http.NewResponseController(in.w)}, nil
}

// uploadBody reads the body for as long as bytes come, and remembers why it
// ended when it did not end well.
type uploadBody struct {
	in  io.Reader
	ctl *http.ResponseController
	err error
}

// Read implements io.Reader.
func (b *uploadBody) Read(p []byte) (int, error) {
	// Test recorders have no connection, so no deadlines: nothing to do then.
	now := time.Now()
	_ = b.ctl.SetReadDeadline(now.Add(uploadStall))
	_ = b.ctl.SetWriteDeadline(now.Add(uploadStall + writeLimit))
	n, err := b.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// fault says in words why the body ended early.
func (b *uploadBody) fault() error {
	if _, ok := errors.AsType[*http.MaxBytesError](b.err); ok {
		return b.err
	}
	return heron.Errorf(heron.CodeInvalid, "the upload was cut off before its end; send it again")
}
