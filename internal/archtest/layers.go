// Package archtest holds the rules of docs/ARCHITECTURE.md as tests: who may
// import whom, which third-party module has which door, that plugin lists are
// complete, and that files, functions and documentation keep their shape.
package archtest

// layer is one row of the table of layers. A package may import only packages
// of lower layers; plugins import their own parent and no sibling.
type layer struct {
	pattern string // path below the module; a last element "*" is any one folder
	level   int
}

// Levels that rules speak of by name.
const (
	stageLevel  = 3
	pluginLevel = 4
	// suiteLevel is that of test suites (dissecttest …), which may drive any stage.
	suiteLevel = 6
)

// pluginKinds are the folders whose sub-folders are plugins, named in all.
var pluginKinds = []string{
	"internal/action", "internal/detect", "internal/dissect", "internal/notify", "internal/probe",
}

// layers gives each folder its place. A folder with no row fails the test.
var layers = []layer{
	{".", 0},
	{"internal/wire", 1},
	{"internal/calibration", 1},
	{"internal/oui", 1},
	{"internal/oui/gen", 8},
	{"internal/learn", 2},
	{"internal/registry", 1},
	{"internal/testneeds", 1},
	{"internal/proto/*", 2},
	{"internal/capture", 3},
	{"internal/evidence", 3},
	{"internal/flow", 3},
	{"internal/cluster", 3},
	{"internal/dissect", 3},
	{"internal/eval", 3},
	{"internal/probe", 3},
	{"internal/identify", 3},
	{"internal/identify/gen", 8},
	{"internal/guess", 3},
	{"internal/inventory", 3},
	{"internal/behavior", 3},
	{"internal/detect", 3},
	{"internal/vuln", 3},
	{"internal/risk", 3},
	{"internal/compliance", 3},
	{"internal/incident", 3},
	{"internal/notify", 3},
	{"internal/action", 3},
	{"internal/playbook", 3},
	{"internal/audit", 3},
	{"internal/vault", 3},
	{"internal/store", 3},
	{"internal/bus", 3},
	{"internal/httpapi", 3},
	{"internal/lab", 3},
	{"internal/zeeklog", 3},
	{"internal/exchange", 3},
	{"internal/switches", 3},
	{"client", 3},
	{"web", 3},
	{"internal/dissect/*", 4},
	{"internal/probe/*", 4},
	{"internal/detect/*", 4},
	{"internal/notify/*", 4},
	{"internal/action/*", 4},
	{"internal/store/*", 4},
	{"internal/bus/*", 4},
	{"internal/lab/*", 4},
	{"internal/dissect/all", 5},
	{"internal/probe/all", 5},
	{"internal/detect/all", 5},
	{"internal/notify/all", 5},
	{"internal/action/all", 5},
	{"internal/lab/all", 5},
	{"internal/config", 6},
	{"internal/app", 7},
	{"internal/archtest", 8},
	{"cmd/heron", 8},
	{"e2e", 9},
	{"scripts/sbom", 9},
}

// doors names who may import each third-party module.
var doors = map[string][]string{
	"github.com/alexedwards/argon2id":     {"internal/httpapi"},
	"github.com/coder/websocket":          {"internal/httpapi", "client"},
	"github.com/danielgtaylor/huma/v2":    {"internal/httpapi"},
	"github.com/go-chi/chi/v5":            {"internal/httpapi"},
	"github.com/google/go-cmp":            {"internal/bus", "internal/probe", "internal/store"}, // their suites
	"github.com/google/nftables":          {"internal/action/nftables"},
	"github.com/jackc/pgx/v5":             {"internal/store"},
	"github.com/jedib0t/go-pretty/v6":     {"cmd/heron"},
	"github.com/klauspost/compress":       {"internal/bus", "internal/capture"},
	"github.com/nats-io/nats-server/v2":   {"internal/bus"},
	"github.com/nats-io/nats.go":          {"internal/bus"},
	"github.com/prometheus/client_golang": {"internal/app", "internal/httpapi"},
	"github.com/spf13/cobra":              {"cmd/heron"},
	"github.com/vishvananda/netlink":      {"internal/lab", "internal/app", "internal/action/nftables"},
	"github.com/vishvananda/netns":        {"internal/lab"},
	"go.yaml.in/yaml/v3":                  {"internal/config", "internal/identify", "internal/vuln"},
	"golang.org/x/crypto":                 {"internal/vault", "internal/lab"},
	"golang.org/x/net":                    {"internal/capture"},
	"golang.org/x/sys":                    {"internal/capture", "internal/lab", "internal/app", "internal/action/nftables", "internal/probe"},
	"golang.org/x/term":                   {"cmd/heron"},
	"modernc.org/sqlite":                  {"internal/store"},
}
