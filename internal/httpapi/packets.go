package httpapi

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// alertPackets sends the packets behind an alert as a file.
func (s *Server) alertPackets(ctx context.Context, in *IDInput) (*huma.StreamResponse, error) {
	about(ctx, in.ID)
	file, size, err := s.opt.Backend.AlertPackets(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	about(ctx, "", "bytes", fmt.Sprint(size))
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer func() { _ = file.Close() }() // was only read
		hc.SetHeader("Content-Type", "application/x-pcapng")
		hc.SetHeader("Content-Length", fmt.Sprint(size))
		hc.SetHeader("Content-Disposition", `attachment; filename="alert-`+plainName(in.ID)+`.pcapng"`)
		if _, err := io.Copy(hc.BodyWriter(), file); err != nil {
			s.log.Debug("packets not sent", "error", err)
		}
	}}, nil
}

// plainName keeps what is fit for a file name in a header.
func plainName(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, id)
}
