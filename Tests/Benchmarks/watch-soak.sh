#!/bin/bash
# Keeps a watch busy with edits of every form, broken files, and runs killed by hand; says every ten seconds what memory and
# descriptors it takes, and at the end whether it has converged.
# usage: watch-soak.sh BERTH [SECONDS] [FILES]
set -eu
berth=$(realpath "$1")
seconds=${2:-600}
files=${3:-40}
place=$(mktemp -d)
manifests=$place/manifests
mkdir -p "$manifests"
trap 'kill -9 "$watch" 2>/dev/null || true; rm -rf "$place"' EXIT

cat >"$manifests/base.yaml" <<END
apiVersion: berth/v1
kind: Organization
metadata: {name: lab}
---
apiVersion: berth/v1
kind: User
metadata: {name: ada}
spec: {email: ada@example.org, organizations: [lab]}
---
apiVersion: berth/v1
kind: Cluster
metadata: {name: machine}
spec: {organization: lab, creator: ada, capacity: {ram: 8Gi, cpu: 8}}
END

# A file's job: every fourth runs a while, so that there is something to kill.
write() {
  local command='"true"'
  if [ $(($1 % 4)) = 0 ]; then command='sleep, "1"'; fi
  cat <<END
apiVersion: berth/v1
kind: Deployment
metadata: {name: job-$1}
spec:
  cluster: lab/machine
  user: ada
  image: soak
  command: [$command]
  resources: {ram: 64Mi, cpu: 1}
  retry: {limit: 9, backoff: 10ms}
  rerun: "$2"
END
}

for ((i = 0; i < files; i++)); do write $i 0 >"$manifests/$i.yaml"; done
"$berth" watch "$manifests" --state "$place/state/state.db" --resync 30s >"$place/out" 2>"$place/err" &
watch=$!

measure() {
  local memory descriptors
  memory=$(awk '/^VmRSS/ {print $2}' "/proc/$watch/status")
  descriptors=$(ls "/proc/$watch/fd" | wc -l)
  echo "$(($(date +%s) - start)) s: $memory KB resident, $descriptors descriptors, $edits edits, $kills kills, $(wc -l <"$place/out") lines"
}

start=$(date +%s)
edits=0
kills=0
next=10
while [ $(($(date +%s) - start)) -lt "$seconds" ]; do
  i=$((RANDOM % files))
  edits=$((edits + 1))
  case $((RANDOM % 12)) in
    0 | 1 | 2) write $i $edits >"$manifests/$i.yaml" ;;
    3 | 4 | 5)
      write $i $edits >"$manifests/.$i.swp"
      mv "$manifests/.$i.swp" "$manifests/$i.yaml"
      ;;
    6)
      mkdir -p "$manifests/sub"
      k=$((RANDOM % 4))
      write $((1001 + k)) $edits >"$manifests/sub/$k.yaml"
      ;;
    7) rm -rf "$manifests/sub" ;;
    8) printf 'kind: [\n' >"$manifests/broken.yaml" ;;
    9) rm -f "$manifests/broken.yaml" ;;
    10) printf '# %s\n' $edits >>"$manifests/$i.yaml" ;;
    11)
      # Whoever a run's supervisor has named in its file, as long as it is there.
      for started in "$place"/state/runs/*/started; do
        pid=$(sed -n 's/^child //p' "$started" 2>/dev/null || true)
        if [ -n "$pid" ] && grep -qs "$place" "/proc/$pid/environ" && kill -9 "$pid" 2>/dev/null; then
          kills=$((kills + 1))
          break
        fi
      done
      ;;
  esac
  sleep 0.05
  if [ $(($(date +%s) - start)) -ge $next ]; then
    measure
    next=$((next + 10))
  fi
done
rm -rf "$manifests/broken.yaml" "$manifests/sub"
for ((i = 0; i < files; i++)); do write $i last >"$manifests/$i.yaml"; done
sleep 3
for ((tries = 0; tries < 120; tries++)); do
  # Twice in a row nothing to do and nobody at work.
  if "$berth" diff "$manifests" --state "$place/state/state.db" --exit-code >"$place/diff" 2>&1 &&
    ! "$berth" get deployments --state "$place/state/state.db" | grep -qE 'PENDING|RUNNING'; then
    break
  fi
  sleep 1
done
measure
"$berth" get deployments --state "$place/state/state.db" | awk 'NR > 1 {count[$2]++} END {for (status in count) print status, count[status]}'
cat "$place/diff"
kill -TERM "$watch"
status=0
wait "$watch" || status=$?
echo "the watch ended with $status"
