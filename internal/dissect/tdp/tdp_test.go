package tdp_test

import (
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/tdp"
)

func message(body string) string {
	b := binary.BigEndian.AppendUint16([]byte{2, 0, 0, 1}, uint16(len(body)))
	return string(append(b, 0x11, 0, 0, 0, 0, 7, 1, 2, 3, 4)) + body
}

func suite() dissecttest.Suite {
	talk := func(name string, steps ...dissecttest.Step) dissecttest.Conversation {
		return dissecttest.Conversation{Name: name, Transport: heron.UDP, ServerPort: 20002, ClientPort: 50001, Steps: steps}
	}
	return dissecttest.Suite{
		Protocol: tdp.Protocol,
		Conversations: []dissecttest.Conversation{
			talk("plug", dissecttest.C("\x02\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x46\x3c\xb5\xd3"),
				dissecttest.S(message(`{"result":{"device_id":"0123456789abcdef","owner":"AA","device_type":"SMART.TAPOPLUG","device_model":"P100(US)","ip":"192.0.2.7",`+
					`"mac":"02-00-00-00-00-05","is_support_iot_cloud":true,"factory_default":false,"hw_ver":"1.0","mgt_encrypt_schm":{"is_support_https":false,"encrypt_type":"KLAP"}},"error_code":0}`))),
			talk("camera", dissecttest.S(message(`{"error_code":0,"result":{"device_type":"SMART.IPCAMERA","device_model":"C210","firmware_version":"1.3.9 Build 1","hardware_version":"2.0"}}`))),
			talk("cut_off", dissecttest.S(message(`{"result":{"device_model":"P110(EU)","mac":"02`))),
		},
	}
}

func TestTDP(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
