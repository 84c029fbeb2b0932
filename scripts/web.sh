#!/usr/bin/env bash
# web.sh build|check|e2e|generate: works on the page, in web/.
set -euo pipefail
cd "$(dirname "$0")/../web"
step=../scripts/step

command -v npm >/dev/null || { echo "Node.js 20 or newer is needed to build the page: https://nodejs.org" >&2; exit 1; }

install() {
	# npm ci only when the lock changed since the last one.
	if ! cmp -s package-lock.json node_modules/.heron-lock 2>/dev/null; then
		"$step" "installing the page's packages (npm ci)" npm ci --no-audit --no-fund
		cp package-lock.json node_modules/.heron-lock
	fi
}

case "${1:-}" in
build)
	install
	"$step" "building the page" npm run build
	;;
check)
	install
	"$step" "linting the page" npm run lint
	npm test
	;;
e2e)
	install
	npm run e2e
	;;
generate)
	install
	npm run gen
	;;
*)
	echo "usage: web.sh build|check|e2e|generate" >&2
	exit 2
	;;
esac
