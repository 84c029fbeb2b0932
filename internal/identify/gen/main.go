// Command gen packs signatures/*.yaml into the form that package identify
// starts from. It is run in the folder of that package.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/heron-iot/heron/internal/identify"
)

func main() {
	in := flag.String("in", "signatures", "folder of signatures")
	out := flag.String("o", "signatures.bin", "file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	p, err := identify.Load(os.DirFS(in))
	if err != nil {
		return err
	}
	return os.WriteFile(out, []byte(p.Packed()), 0o644)
}
