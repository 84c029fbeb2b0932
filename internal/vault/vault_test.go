package vault_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/heron-iot/heron"
	"github.com/heron-iot/heron/internal/vault"
)

func open(t testing.TB) (*vault.Vault, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys", "vault.key")
	v, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return v, path
}

func seal(t testing.TB, v *vault.Vault, plain string) string {
	t.Helper()
	s, err := v.Seal([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealedSecretsOpenAfterRestart(t *testing.T) {
	t.Parallel()
	v, path := open(t)
	sealed := seal(t, v, "hunter2")
	if strings.Contains(sealed, "hunter2") || sealed == seal(t, v, "hunter2") {
		t.Fatalf("sealed text %q shows its content", sealed)
	}
	again, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := again.Open(sealed)
	if err != nil || string(plain) != "hunter2" {
		t.Fatalf("Open = %q, %v", plain, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestRotationKeepsOldSecrets(t *testing.T) {
	t.Parallel()
	v, path := open(t)
	old := seal(t, v, "old")
	if err := v.Rotate(); err != nil {
		t.Fatal(err)
	}
	if v.Current(old) || !v.Current(seal(t, v, "x")) {
		t.Fatal("Current does not tell the old key from the new")
	}
	again, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Current(seal(t, v, "new")) {
		t.Fatal("after a restart the newest key does not seal")
	}
	if plain, err := again.Open(old); err != nil || string(plain) != "old" {
		t.Fatalf("Open of the old secret = %q, %v", plain, err)
	}
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	v, _ := open(t)
	sealed := seal(t, v, "hunter2")
	for i := range len(sealed) {
		changed := []byte(sealed)
		changed[i] ^= 1
		if plain, err := v.Open(string(changed)); err == nil {
			t.Fatalf("byte %d changed, yet Open = %q", i, plain)
		}
	}
}

func TestErrorsTellWhatToDoAndNoSecret(t *testing.T) {
	t.Parallel()
	v, path := open(t)
	other, _ := open(t)
	foreign := seal(t, other, "hunter2")
	for _, text := range []string{"", "hunter2", "hv1.x", foreign, foreign[:len(foreign)-4], "hv2" + foreign[3:]} {
		_, err := v.Open(text)
		if heron.ErrorCode(err) != heron.CodeInvalid {
			t.Fatalf("Open(%q) = %v, want an invalid error", text, err)
		}
		if strings.Contains(err.Error(), "hunter2") || (text != "" && strings.Contains(err.Error(), text)) {
			t.Fatalf("error %q tells the secret", err)
		}
	}
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.Fields(string(key))[2]
	for _, damage := range []string{"", "nonsense\n", strings.Replace(string(key), secret[:4], "AAAA", 1), string(key[:len(key)-9])} {
		if err := os.WriteFile(path, []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := vault.Open(path)
		if heron.ErrorCode(err) != heron.CodeInvalid || strings.Contains(err.Error(), secret[4:]) {
			t.Fatalf("Open with damaged key file = %v", err)
		}
	}
}

func TestKeyFileThatOthersMayReadIsRefused(t *testing.T) {
	t.Parallel()
	_, path := open(t)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	_, err := vault.Open(path)
	if err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Fatalf("Open = %v, want advice to chmod", err)
	}
}

func TestManyProcessesMakeOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")
	sealed := make([]string, 16)
	var wg sync.WaitGroup
	for i := range sealed {
		wg.Go(func() {
			v, err := vault.Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			sealed[i], err = v.Seal([]byte("x"))
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	v, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sealed {
		if _, err := v.Open(s); err != nil {
			t.Errorf("secret %d: %v", i, err)
		}
	}
}

func FuzzOpenSealed(f *testing.F) {
	v, _ := open(f)
	good := seal(f, v, "hunter2")
	for _, s := range []string{"", "hv1..", good, good[:20], strings.Repeat(".", 5)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sealed string) {
		plain, err := v.Open(sealed)
		if err != nil {
			return
		}
		if sealed != good || !bytes.Equal(plain, []byte("hunter2")) {
			t.Fatalf("forged text %q opened as %q", sealed, plain)
		}
	})
}
