package lab_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/lab"
	"github.com/heron-iot/heron/internal/proto/bacnet"
	"github.com/heron-iot/heron/internal/proto/s7"
	"github.com/heron-iot/heron/internal/proto/snmp"
	"github.com/heron-iot/heron/internal/testneeds"
)

func start(t *testing.T, c lab.Config) *lab.Network {
	t.Helper()
	n, err := lab.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return n
}

// at is the address of one service of the first device of a model.
func at(t *testing.T, n *lab.Network, model, protocol string) netip.AddrPort {
	t.Helper()
	d, ok := n.Find(model)
	if !ok {
		t.Fatalf("no %s", model)
	}
	for _, p := range d.Ports {
		var port uint16
		transport, rest, _ := strings.Cut(p, "/")
		number, name, _ := strings.Cut(rest, "/")
		if name != protocol || transport == "" {
			continue
		}
		if _, err := fmt.Sscan(number, &port); err != nil {
			t.Fatal(err)
		}
		return netip.AddrPortFrom(d.IP, port)
	}
	t.Fatalf("%s has no %s: %v", model, protocol, d.Ports)
	return netip.AddrPort{}
}

// ask sends requests over TCP, and returns what came for each.
func ask(t *testing.T, to netip.AddrPort, requests ...[]byte) [][]byte {
	t.Helper()
	conn, err := net.DialTimeout("tcp", to.String(), 2*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var out [][]byte
	for _, r := range requests {
		if _, err := conn.Write(r); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4096)
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		k, err := conn.Read(buf)
		if err != nil {
			t.Fatalf("%s: after %q: %v", to, r, err)
		}
		out = append(out, buf[:k])
	}
	return out
}

func askUDP(t *testing.T, to netip.AddrPort, request []byte) []byte {
	t.Helper()
	conn, err := net.Dial("udp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	k, err := conn.Read(buf)
	if err != nil {
		t.Fatalf("%s: %v", to, err)
	}
	return buf[:k]
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	n := start(t, lab.Config{Name: "hlo"})

	t.Run("http", func(t *testing.T) {
		t.Parallel()
		res, err := http.Get("http://" + at(t, n, "hue-bridge", "http").String() + "/api/0/config")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || !strings.Contains(string(body), `"modelid":"BSB002"`) {
			t.Errorf("got %q, %v", body, err)
		}
	})
	t.Run("http asks for a password", func(t *testing.T) {
		t.Parallel()
		res, err := http.Get("http://" + at(t, n, "hikvision-camera", "http").String() + "/secret")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if got := res.Header.Get("WWW-Authenticate"); res.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(got, "Digest realm=\"IP Camera(") {
			t.Errorf("got %d, %q", res.StatusCode, got)
		}
	})
	t.Run("tls", func(t *testing.T) {
		t.Parallel()
		conn, err := tls.Dial("tcp", at(t, n, "hue-bridge", "tls").String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if got := conn.ConnectionState().PeerCertificates[0].Subject.Organization; len(got) != 1 || got[0] != "Philips" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("modbus", func(t *testing.T) {
		t.Parallel()
		got := ask(t, at(t, n, "schneider-m340", "modbus"),
			[]byte{0, 1, 0, 0, 0, 5, 0xff, 43, 14, 1, 0},
			[]byte{0, 2, 0, 0, 0, 6, 1, 3, 0, 10, 0, 2},
			[]byte{0, 3, 0, 0, 0, 6, 1, 3, 0xff, 0, 0, 2})
		if !bytes.Contains(got[0], []byte("BMX P34 2020")) {
			t.Errorf("identification: got %q", got[0])
		}
		if len(got[1]) != 13 || got[1][8] != 4 {
			t.Errorf("registers: got %x", got[1])
		}
		if got[2][7] != 0x83 || got[2][8] != 2 {
			t.Errorf("beyond the end: got %x, want exception 2", got[2])
		}
	})
	t.Run("s7", func(t *testing.T) {
		t.Parallel()
		got := ask(t, at(t, n, "siemens-s7-1200", "s7comm"),
			s7.Connect(s7.ConnectRequest, 0, 1, 0, 1), s7.SetupJob(s7.Job, 1), s7.ReadSZL(2, 0x11, 0))
		if !bytes.Contains(got[2], []byte("6ES7 214-1AG40-0XB0")) {
			t.Errorf("got %q", got[2])
		}
	})
	t.Run("bacnet", func(t *testing.T) {
		t.Parallel()
		ask := bacnet.AppendReadProperty(nil, 1, bacnet.ObjectID(bacnet.ObjectDevice, 0x3fffff), bacnet.PropModelName)
		if got := askUDP(t, at(t, n, "niagara-jace", "bacnet"), ask); !bytes.Contains(got, []byte("JACE-8000")) {
			t.Errorf("got %q", got)
		}
	})
	t.Run("snmp", func(t *testing.T) {
		t.Parallel()
		m := snmp.Message{
			Version: snmp.Version2c, Community: "public", Kind: snmp.GetNext, RequestID: 5,
			Bindings: []snmp.Binding{{OID: snmp.ParseOID("1.3.6.1.2.1"), Tag: snmp.TagNull}},
		}
		got, err := snmp.Parse(askUDP(t, at(t, n, "cisco-switch", "snmp"), m.Append(nil)))
		if err != nil || got.RequestID != 5 || !strings.Contains(string(got.Bindings[0].Value), "Cisco IOS") {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("snmp is silent to strangers", func(t *testing.T) {
		t.Parallel()
		conn, err := net.Dial("udp", at(t, n, "cisco-switch", "snmp").String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		m := snmp.Message{Version: snmp.Version2c, Community: "secret", Kind: snmp.Get}
		_, _ = conn.Write(m.Append(nil))
		_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if k, err := conn.Read(make([]byte, 100)); err == nil {
			t.Errorf("got %d bytes", k)
		}
	})
	t.Run("mqtt with mosquitto's client", func(t *testing.T) {
		t.Parallel()
		mosquitto(t, at(t, n, "raspberry-broker", "mqtt"))
	})
	t.Run("telnet", func(t *testing.T) {
		t.Parallel()
		got := ask(t, at(t, n, "xm-dvr", "telnet"), []byte("root\r\n"), []byte("xc3511\r\n"))
		if all := string(bytes.Join(got, nil)); !strings.Contains(all, "LocalHost login:") {
			t.Errorf("got %q", all)
		}
	})
	t.Run("rtsp, ftp, sip, hl7, dlms, ipp, pjl", func(t *testing.T) {
		t.Parallel()
		textServices(t, n)
	})
}

func textServices(t *testing.T, n *lab.Network) {
	t.Helper()
	for _, c := range []struct{ model, protocol, send, want string }{
		{"hikvision-camera", "rtsp", "OPTIONS rtsp://x RTSP/1.0\r\nCSeq: 7\r\n\r\n", "Server: Hikvision-RTSP"},
		{"axis-camera", "ftp", "USER x\r\n", "AXIS M3045-V"},
		{"landis-meter", "dlms", "\x00\x01\x00\x10\x00\x01\x00\x0d\xc0\x01\xc1\x00\x01\x00\x00\x2a\x00\x00\xff\x02\x00", "LGZ"},
		{"hl7-gateway", "hl7", "\x0bMSH|^~\\&|a|b|c|d|20260101||ORU^R01|4711|P|2.6\r\x1c\r", "MSA|AA|4711"},
		{"hp-laserjet", "pjl", "\x1b%-12345X@PJL INFO ID\r\n", "LaserJet MFP M428fdw"},
		{"qnap-nas", "ssh", "SSH-2.0-test\r\n", "SSH-2.0-OpenSSH_7.6p1"},
		{"yeelight-bulb", "yeelight", "{\"id\":3,\"method\":\"get_prop\",\"params\":[\"power\"]}\r\n", `{"id":3,`},
		{"niagara-jace", "fox", "fox a 1 -1 fox hello\n{\nfox.version=s:1.0\n};;\n", "brandId=s:vykon"},
	} {
		if got := ask(t, at(t, n, c.model, c.protocol), []byte(c.send))[0]; !strings.Contains(string(got), c.want) {
			t.Errorf("%s of %s: got %q, want %q in it", c.protocol, c.model, got, c.want)
		}
	}
	sip := "OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: a\r\nTo: b\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n"
	if got := askUDP(t, at(t, n, "asterisk-pbx", "sip"), []byte(sip)); !strings.Contains(string(got), "Server: Asterisk PBX") {
		t.Errorf("sip: got %q", got)
	}
}

// mosquitto subscribes with a client that is not ours, publishes with another,
// and waits for the message.
func mosquitto(t *testing.T, broker netip.AddrPort) {
	t.Helper()
	sub := testneeds.Program(t, "mosquitto_sub", "mosquitto-clients")
	where := []string{"-h", broker.Addr().String(), "-p", fmt.Sprint(broker.Port()), "-t", "heron/test"}
	cmd := exec.CommandContext(t.Context(), sub, append(where, "-C", "2", "-W", "10")...)
	var heard bytes.Buffer
	cmd.Stdout = &heard
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for i := range 100 {
		text := fmt.Sprintf("hello %d", i)
		if out, err := exec.CommandContext(t.Context(), "mosquitto_pub", append(where, "-m", text)...).CombinedOutput(); err != nil {
			t.Fatalf("mosquitto_pub: %v: %s", err, out)
		}
		select {
		case err := <-done:
			if err != nil || strings.Count(heard.String(), "hello") != 2 {
				t.Errorf("got %q, %v", heard.String(), err)
			}
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Error("the subscriber heard nothing")
}

func TestNamespaces(t *testing.T) {
	t.Parallel()
	testneeds.Root(t)
	n := start(t, lab.Config{
		Mode: lab.Namespaces, Name: "hlt", Own: true,
		Models: []string{"schneider-m340", "weintek-hmi", "hikvision-camera", "intruder", "raspberry-broker"},
	})
	panel, _ := n.Find("weintek-hmi")
	plc, _ := n.Find("schneider-m340")

	t.Run("devices have their own addresses", func(t *testing.T) {
		err := n.Inside(panel.Name, func() error {
			ifi, err := net.InterfaceByName("eth0")
			if err == nil && ifi.HardwareAddr.String() != panel.MAC.String() {
				err = fmt.Errorf("MAC address is %s, want %s", ifi.HardwareAddr, panel.MAC)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("devices reach each other", func(t *testing.T) {
		err := n.Inside(panel.Name, func() error {
			conn, err := net.DialTimeout("tcp", netip.AddrPortFrom(plc.IP, 502).String(), 2*time.Second)
			if err != nil {
				return err
			}
			return conn.Close()
		})
		if err != nil {
			t.Error(err)
		}
	})
	t.Run("groups are answered", func(t *testing.T) { ssdpFromCore(t, n) })
	t.Run("attacks send", func(t *testing.T) { watchAttack(t, n) })
}

func TestDownRemovesWhatACrashLeft(t *testing.T) {
	t.Parallel()
	testneeds.Root(t)
	c := lab.Config{Mode: lab.Namespaces, Name: "hld", Own: true, Models: []string{"hue-bridge"}}
	n := start(t, c)
	if _, err := lab.Start(t.Context(), c); heron.ErrorCode(err) != heron.CodeConflict {
		t.Errorf("a second of the same name: got %v, want a conflict", err)
	}
	if d, ok := n.Find("hue-bridge"); !ok || !exists(t, d.Namespace) {
		t.Fatalf("it is not up: %+v", d)
	}
	for range 2 {
		if err := lab.Down("hld"); err != nil {
			t.Error(err)
		}
	}
	for _, d := range n.Devices() {
		if exists(t, d.Namespace) {
			t.Errorf("%s is still there", d.Namespace)
		}
	}
}

func exists(t *testing.T, namespace string) bool {
	t.Helper()
	_, err := os.Stat("/run/netns/" + namespace)
	return err == nil
}

func TestAttach(t *testing.T) {
	t.Parallel()
	testneeds.Root(t)
	c := lab.Config{Mode: lab.Namespaces, Name: "hla", Own: true, Models: []string{"hue-bridge", "intruder"}}
	if _, err := lab.Attach(t.Context(), c); heron.ErrorCode(err) != heron.CodeNotFound {
		t.Errorf("nothing is up: got %v, want not found", err)
	}
	start(t, c)
	n, err := lab.Attach(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Attack(t.Context(), "telnet-botnet"); heron.ErrorCode(err) != heron.CodeInvalid {
		t.Errorf("an attack by nobody: got %v", err)
	}
	if err := n.Inside("intruder-1", func() error { _, err := net.InterfaceByName("eth0"); return err }); err != nil {
		t.Error(err)
	}
	if err := n.Stop(); err != nil {
		t.Error(err)
	}
	if !exists(t, "hla-intruder-1") {
		t.Error("letting go took it down")
	}
}

// ssdpFromCore searches from the bridge, and wants the camera's answer.
func ssdpFromCore(t *testing.T, n *lab.Network) {
	err := n.InsideCore(func() error {
		conn, err := net.ListenPacket("udp4", netip.AddrPortFrom(lab.CoreAddress(), 0).String())
		if err != nil {
			return err
		}
		defer conn.Close()
		msg := "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n"
		to := &net.UDPAddr{IP: net.IPv4(10, 77, 255, 255), Port: 1900}
		if _, err := conn.WriteTo([]byte(msg), to); err != nil {
			return err
		}
		buf := make([]byte, 2048)
		_ = conn.SetReadDeadline(time.Now().Add(3 * time.Second))
		k, _, err := conn.ReadFrom(buf)
		if err == nil && !strings.Contains(string(buf[:k]), "LOCATION: http://10.77.32.") {
			err = fmt.Errorf("got %q", buf[:k])
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
