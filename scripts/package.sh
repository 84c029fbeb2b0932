#!/usr/bin/env bash
# Makes dist/: static binaries for linux amd64 and arm64, a Debian package of
# each, a software bill of materials (CycloneDX 1.6) and checksums.
set -euo pipefail
cd "$(dirname "$0")/.."
version=${VERSION:-$(git describe --tags --always)}
# A Debian version begins with a digit.
debversion=${version#v}
case $debversion in [0-9]*) ;; *) debversion="0~$debversion" ;; esac
mkdir -p dist

for arch in amd64 arm64; do
	bin=dist/heron_linux_$arch
	scripts/step "binary for linux $arch" env CGO_ENABLED=0 GOOS=linux GOARCH=$arch \
		go build -trimpath -ldflags "-s -w -X main.version=$version" -o "$bin" ./cmd/heron
	size=$(stat -c %s "$bin")
	if [ "$size" -gt $((60 << 20)) ]; then
		echo "$bin has $size bytes; the limit is 60 MiB" >&2
		exit 1
	fi
	root=$(mktemp -d)
	install -Dm755 "$bin" "$root/usr/bin/heron"
	install -Dm644 packaging/heron.service "$root/lib/systemd/system/heron.service"
	install -Dm640 packaging/heron.yaml "$root/etc/heron/heron.yaml"
	install -Dm644 LICENSE "$root/usr/share/doc/heron/copyright"
	mkdir -p "$root/DEBIAN"
	install -m755 packaging/postinst packaging/prerm "$root/DEBIAN/"
	echo /etc/heron/heron.yaml >"$root/DEBIAN/conffiles"
	cat >"$root/DEBIAN/control" <<-CONTROL
		Package: heron
		Version: $debversion
		Architecture: $arch
		Maintainer: Heron maintainers <maintainers@heron.invalid>
		Depends: adduser
		Section: net
		Priority: optional
		Installed-Size: $((size / 1024))
		Description: agentless security for IoT, IIoT and OT networks
		 Heron finds every device on a network, says what it is and why, scores its
		 risk, notices when it misbehaves, and isolates it when you say so. It
		 installs nothing on the devices.
	CONTROL
	chmod 755 "$root"
	scripts/step "Debian package for $arch" dpkg-deb --root-owner-group -Zxz --build "$root" "dist/heron_${debversion}_$arch.deb"
	rm -rf "$root"
done

scripts/step "software bill of materials" sh -c "go run ./scripts/sbom dist/heron_linux_amd64 web/package-lock.json '$version' >dist/heron.cdx.json"
(cd dist && sha256sum heron_linux_* heron_*.deb heron.cdx.json >SHA256SUMS)
ls -l dist
