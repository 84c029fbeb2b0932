// Package eval measures how well devices are recognised: it has labelled
// captures read, compares what was said with what is true, and counts.
//
// The figures depend on the manifest, the captures and the knowledge alone: no
// clock, no chance, no order of work. A Reader reads captures and identifies,
// and is filled in from outside. docs/evaluation.md tells what is measured and
// how a manifest is written.
package eval
