#!/usr/bin/env bash
# Builds everything and runs all tests. What tests need beside the .NET SDK goes into this folder (npm packages);
# system packages are installed only with --system-packages (Debian and Ubuntu, as root).
set -euo pipefail
cd "$(dirname "$0")"

install=false
for argument in "$@"; do
  case "$argument" in
    --system-packages) install=true ;;
    *) echo "usage: ./test.sh [--system-packages]" >&2; exit 2 ;;
  esac
done

declare -A package=([node]=nodejs [npm]=npm [python3]=python3 [tar]=tar [redis-server]=redis-server [chromium]=chromium [prometheus]=prometheus
  [promtool]=prometheus [shellcheck]=shellcheck [openssl]=openssl [pkill]=procps)
missing=()
for tool in "${!package[@]}"; do command -v "$tool" >/dev/null || missing+=("${package[$tool]}"); done
if ((${#missing[@]})); then
  if ! $install; then
    echo "The tests need ${missing[*]}: install them, or run ./test.sh --system-packages on Debian or Ubuntu." >&2
    exit 1
  fi
  apt-get update -q
  apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

for packages in tests/EndToEnd/Readers tests/Dataset.Tests/Azurite tests/Infra.Tests/Tools; do
  npm ci --prefix "$packages" --no-audit --no-fund --loglevel=error
done
dotnet build Cluster.sln -v quiet -nologo

passed=0 failed=0 skipped=0
for project in tests/*.Tests tests/EndToEnd; do
  name=$(basename "$project")
  echo "== $name"
  log=$(mktemp)
  # The exit code says less than the summary line; a run without that line counts as a failure.
  dotnet "artifacts/bin/$name/debug/$(sed 's/^/Atelier./' <<<"$name").dll" -noColor 2>&1 | tee "$log" || true
  if summary=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log"); then
    read -r total errors fails skips <<<"$(grep -oE '[0-9]+' <<<"$summary" | tr '\n' ' ')"
    passed=$((passed + total - fails - skips)) failed=$((failed + fails + errors)) skipped=$((skipped + skips))
  else
    failed=$((failed + 1))
  fi
  rm -f "$log"
done
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
