package tuya_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"encoding/binary"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/dissect/dissecttest"
	"github.com/heron-iot/heron/internal/dissect/tuya"
)

const doc = `{"ip":"192.0.2.5","gwId":"0123456789abcdef","active":2,"ability":0,"mode":0,"encrypt":true,"productKey":"keyexample","version":"3.3"}`

func key() cipher.Block {
	sum := md5.Sum([]byte("yGAdlopoPVldABfn"))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		panic(err)
	}
	return block
}

func closed(doc string) string {
	n := aes.BlockSize - len(doc)%aes.BlockSize
	b := append([]byte(doc), bytes.Repeat([]byte{byte(n)}, n)...)
	for i := 0; i < len(b); i += aes.BlockSize {
		key().Encrypt(b[i:], b[i:])
	}
	return string(b)
}

func message(command uint32, body string) string {
	b := binary.BigEndian.AppendUint32(nil, 0x55aa)
	b = binary.BigEndian.AppendUint32(b, 7)
	b = binary.BigEndian.AppendUint32(b, command)
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)+8))
	return string(b) + body + "\x01\x02\x03\x04\x00\x00\xaa\x55"
}

func message35(doc string) string {
	gcm, err := cipher.NewGCM(key())
	if err != nil {
		panic(err)
	}
	head := []byte{0, 0, 0, 0, 0, 7, 0, 0, 0, 0x13}
	head = binary.BigEndian.AppendUint32(head, uint32(12+len(doc)+16))
	nonce := []byte("0123456789ab")
	return "\x00\x00\x66\x99" + string(head) + string(nonce) + string(gcm.Seal(nil, nonce, []byte(doc), head)) + "\x00\x00\x99\x66"
}

func call(name string, port uint16, payload string) dissecttest.Conversation {
	return dissecttest.Conversation{
		Name: name, Transport: heron.UDP, ClientPort: 50123, ServerPort: port,
		Client: dissecttest.End("02:00:00:00:00:05", "192.0.2.5"), Server: dissecttest.End("ff:ff:ff:ff:ff:ff", "255.255.255.255"),
		Steps: []dissecttest.Step{dissecttest.C(payload)},
	}
}

func suite() dissecttest.Suite {
	return dissecttest.Suite{
		Protocol: tuya.Protocol,
		Allocs:   1, // an event
		Conversations: []dissecttest.Conversation{
			call("closed", 6667, message(0x13, "\x00\x00\x00\x00"+closed(doc))),
			call("clear", 6666, message(0x00, "\x00\x00\x00\x00"+doc)),
			call("sealed", 7000, message35("\x00\x00\x00\x00"+doc)),
			call("another_key", 6667, message(0x13, "0123456789abcdef")),
			{Name: "order", Transport: heron.TCP, ClientPort: 50123, ServerPort: 6668, Steps: []dissecttest.Step{
				dissecttest.C(message(7, "3.3\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x000123456789abcdef")),
				dissecttest.S(message(7, "\x00\x00\x00\x00") + message(8, "\x00\x00\x00\x003.3\x00\x000123456789abcdef")),
			}},
		},
	}
}

func TestTuya(t *testing.T) { suite().Run(t) }

func FuzzDissect(f *testing.F) { suite().Fuzz(f) }
