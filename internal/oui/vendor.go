package oui

import (
	_ "embed" // for the table of vendors
	"strings"
	"sync"
)

// vendorText is the table of vendors; its head says how it is written.
//
//go:embed vendors.txt
var vendorText string

// Vendor is a company as the market knows it.
type Vendor struct {
	Name string
	// Owner is the vendor whose brand it is, and under whose name it also
	// appears; "" for most.
	Owner  string
	Module bool // see Assignment.Module
}

// Canonical returns the vendor that a company or manufacturer name stands for,
// however a device or a registry spells it: "Signify Netherlands B.V." is
// Philips. It reports false when the table does not know the name.
func Canonical(name string) (Vendor, bool) {
	t := vendorTable()
	for _, whole := range []string{Fold(name), Fold(Tidy(name))} {
		for words := whole; words != ""; {
			if c, ok := t[words]; ok && (words == whole || !c.whole) {
				return c.Vendor, true
			}
			words = words[:max(0, strings.LastIndexByte(words, ' '))]
		}
	}
	return Vendor{}, false
}

// Owner returns the folded name of the owner of the brand with the given
// folded name, "" when it has none.
func Owner(folded string) string {
	owner := vendorTable()[folded].Owner
	if owner == "" {
		return ""
	}
	return Fold(owner)
}

// Vendors returns all vendors of the table by name.
func Vendors() map[string]Vendor {
	out := make(map[string]Vendor)
	for _, c := range vendorTable() {
		out[c.Name] = c.Vendor
	}
	return out
}

// company is what a name in the table stands for.
type company struct {
	Vendor
	whole bool // names that go on after it are other companies
	known bool // false for those that stand for themselves
}

// vendorTable maps the folded first words of a company's name to its vendor.
var vendorTable = sync.OnceValue(func() map[string]company {
	t := make(map[string]company)
	for line := range strings.Lines(vendorText) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, aliases, _ := strings.Cut(line, " = ")
		name, owner, _ := strings.Cut(strings.TrimSpace(name), " < ")
		name, module := strings.CutPrefix(name, "*")
		v := Vendor{Name: strings.TrimSuffix(name, "$"), Owner: owner, Module: module}
		for alias := range strings.SplitSeq(name+","+aliases, ",") {
			alias, whole := strings.CutSuffix(strings.TrimSpace(alias), "$")
			if a := Fold(alias); a != "" {
				t[a] = company{v, whole, true}
			}
		}
	}
	return t
})

// companyOf returns what a registered company is to the market: what the table
// knows of the longest alias that its name begins with.
func companyOf(name string) company {
	t := vendorTable()
	whole := Fold(name)
	for words := whole; words != ""; {
		if c, ok := t[words]; ok && (words == whole || !c.whole) {
			return c
		}
		words = words[:max(0, strings.LastIndexByte(words, ' '))]
	}
	return company{Vendor: Vendor{Name: name, Module: hasPlace(name)}}
}

// places begin the names of contract manufacturers: a company that calls itself
// after its city and is in no table mostly makes what others sell.
var places = wordSet(`beijing changsha chengdu chongqing dongguan foshan fujian fuzhou guangdong guangzhou
	hangzhou hefei huizhou hunan jiangsu nanjing ningbo qingdao shanghai shen shenzhen sichuan suzhou
	taicang tianjin weifang wuhan wuxi xiamen xian zhejiang zhongshan zhuhai`)

func hasPlace(name string) bool {
	first, _, _ := strings.Cut(Fold(name), " ")
	return places[first]
}
