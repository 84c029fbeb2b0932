package db_lsp_disc_test

import (
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/db_lsp_disc"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
)

func suite() dissecttest.Suite {
	c := dissecttest.C[string]
	all := dissecttest.End("ff:ff:ff:ff:ff:ff", "192.0.2.255")
	talk := func(name string, step dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, Server: all, ClientPort: 17500, ServerPort: 17500, Steps: []dissecttest.Step{step}}
	}
	other := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 17500, PortOnly: true, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: db_lsp_disc.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("announcement", c(`{"host_int": 123456789012345678901234567890123456789, "version": [2, 0], "displayname": "", "port": 17500, "namespaces": [1001, 1002, 1003]}`)),
			talk("in_another_order", c(`{"version": [2, 0], "port": 17501, "host_int": 42, "displayname": "office \"front\"", "namespaces": []}`)),
			talk("old_version", c(`{"host_int": 42, "version": [1], "displayname": "office", "port": 17500, "namespaces": [7]}`)),
			other("cut_off", c(`{"host_int": 42, "version": [2, 0], "displayname": "", "port": 17500, "namespaces": [1001, 1002, 10`)),
			other("other_object", c(`{"host_int": 42, "version": "2.0", "namespaces": []}`), c(`{"id": 1, "version": [2, 0], "namespaces": [1]}`),
				c(`{"host_int": 42, "version": [2, 0], "namespaces": [1]} and more`)),
			// A CoAP server may be on any port, this one too: PUT /r/Command, in JSON.
			other("coap", c(string(dissecttest.Hex("41 03 0001 61 b1 72 07 436f6d6d616e64 11 32 ff"))+`{"host_int": 1}`)),
		},
	}
}

func TestDropboxDiscovery(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
