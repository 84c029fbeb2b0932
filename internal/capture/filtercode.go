package capture

import (
	"slices"

	"golang.org/x/net/bpf"
)

// formula is a boolean formula over tests of the frame.
type formula struct {
	op   formulaOp
	a, b *formula

	// A test: load leaves a number, which is compared with value.
	load  []bpf.Instruction
	cond  bpf.JumpTest
	value uint32
}

type formulaOp uint8

const (
	opTest formulaOp = iota
	opAnd
	opOr
	opNot
	opTrue
	opFalse
)

func test(cond bpf.JumpTest, value uint32, load ...bpf.Instruction) *formula {
	return &formula{op: opTest, cond: cond, value: value, load: load}
}

func equal(value uint32, load ...bpf.Instruction) *formula {
	return test(bpf.JumpEqual, value, load...)
}

func and(f ...*formula) *formula { return join(opAnd, f) }
func or(f ...*formula) *formula  { return join(opOr, f) }
func not(f *formula) *formula    { return &formula{op: opNot, a: f} }
func constant(v bool) *formula {
	if v {
		return &formula{op: opTrue}
	}
	return &formula{op: opFalse}
}

func join(op formulaOp, list []*formula) *formula {
	f := list[0]
	for _, g := range list[1:] {
		f = &formula{op: op, a: f, b: g}
	}
	return f
}

// program is code with labels in place of distances. All jumps go forward.
type program struct {
	code   []codeLine
	labels []int // label → line that it stands before
}

// codeLine is one instruction or, when it jumps, one conditional jump to two labels.
type codeLine struct {
	ins     bpf.Instruction
	jump    bool
	cond    bpf.JumpTest
	value   uint32
	yes, no int
	// farYes and farNo say that a distance does not fit into 8 bits, so that a
	// long jump follows the conditional one.
	farYes, farNo bool
}

func (c *codeLine) size() int {
	n := 1
	if c.farYes {
		n++
	}
	if c.farNo {
		n++
	}
	return n
}

func (p *program) label() int {
	p.labels = append(p.labels, 0)
	return len(p.labels) - 1
}

func (p *program) place(label int) { p.labels[label] = len(p.code) }

// generate emits code that goes to yes when f holds and to no when it does not.
func (p *program) generate(f *formula, yes, no int) {
	switch f.op {
	case opAnd:
		next := p.label()
		p.generate(f.a, next, no)
		p.place(next)
		p.generate(f.b, yes, no)
	case opOr:
		next := p.label()
		p.generate(f.a, yes, next)
		p.place(next)
		p.generate(f.b, yes, no)
	case opNot:
		p.generate(f.a, no, yes)
	case opTest:
		for _, ins := range f.load {
			p.code = append(p.code, codeLine{ins: ins})
		}
		p.code = append(p.code, codeLine{jump: true, cond: f.cond, value: f.value, yes: yes, no: no})
	case opTrue:
		p.code = append(p.code, codeLine{jump: true, cond: bpf.JumpEqual, yes: yes, no: yes})
	case opFalse:
		p.code = append(p.code, codeLine{jump: true, cond: bpf.JumpEqual, yes: no, no: no})
	}
}

// maxInstructions is the longest program that Linux takes (BPF_MAXINSNS).
const maxInstructions = 4096

// assemble turns a formula into a program that returns MaxFrame for the frames
// that it holds for, and 0 for others.
func assemble(expr string, root *formula) ([]bpf.RawInstruction, error) {
	p := &program{}
	yes, no := p.label(), p.label()
	p.generate(root, yes, no)
	p.place(yes)
	p.code = append(p.code, codeLine{ins: bpf.RetConstant{Val: MaxFrame}})
	p.place(no)
	p.code = append(p.code, codeLine{ins: bpf.RetConstant{Val: 0}})
	raw, err := bpf.Assemble(p.resolve())
	if err != nil {
		return nil, filterError(expr, "cannot be compiled: %v", err)
	}
	if len(raw) > maxInstructions {
		return nil, filterError(expr, "it needs %d instructions, and the kernel takes %d: make it shorter", len(raw), maxInstructions)
	}
	return raw, nil
}

// resolve computes the distances. Long jumps move what follows, so it starts
// over until none is added.
func (p *program) resolve() []bpf.Instruction {
	for {
		at := p.positions()
		out, grown := []bpf.Instruction(nil), false
		for i := range p.code {
			c := &p.code[i]
			if !c.jump {
				out = append(out, c.ins)
				continue
			}
			var far bool
			out, far = c.emit(out, at[p.labels[c.yes]], at[p.labels[c.no]])
			grown = grown || far
		}
		if !grown {
			return out
		}
	}
}

func (p *program) positions() []int {
	at := make([]int, 0, len(p.code)+1)
	n := 0
	for i := range p.code {
		at = append(at, n)
		n += p.code[i].size()
	}
	return slices.Clip(append(at, n))
}

// emit appends a conditional jump to two positions; far tells that one is too
// far for what was reserved.
func (c *codeLine) emit(out []bpf.Instruction, yes, no int) (_ []bpf.Instruction, far bool) {
	here := len(out)
	j := bpf.JumpIf{Cond: c.cond, Val: c.value}
	skipYes, skipNo := yes-here-1, no-here-1
	if !c.farYes && skipYes > 255 {
		c.farYes, far = true, true
	}
	if !c.farNo && skipNo > 255 {
		c.farNo, far = true, true
	}
	if far {
		return append(out, make([]bpf.Instruction, c.size())...), true
	}
	next := 0
	var long []bpf.Instruction
	if c.farYes {
		long = append(long, bpf.Jump{Skip: uint32(yes - here - 2)})
		skipYes, next = 0, 1
	}
	if c.farNo {
		long = append(long, bpf.Jump{Skip: uint32(no - here - 2 - next)})
		skipNo = next
	}
	j.SkipTrue, j.SkipFalse = uint8(skipYes), uint8(skipNo)
	return append(append(out, j), long...), false
}
