package web_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/heron-iot/heron/web"
)

func TestFS(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(web.FS(), "index.html")
	if err != nil {
		t.Fatalf("the page has no index.html: %v", err)
	}
	if !strings.Contains(string(page), "<title>Heron</title>") {
		t.Errorf("index.html is not Heron's page:\n%s", page)
	}
	for _, outside := range []string{"http://", "https://", "src=\"//"} {
		if strings.Contains(string(page), outside) {
			t.Errorf("index.html points outside (%s); the page must make no outside request", outside)
		}
	}
}
