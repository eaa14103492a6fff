# Makes predictions without a network: for a file in requests/ with four numbers (sepal length and width, petal length
# and width, in centimeters) it writes a file of the same name to answers/ and removes the request. Clients write a
# request elsewhere and move it in, so that it is never read half written.
. "$BERTH_SOURCE/pipeline/place.sh"

mkdir -p "$iris/requests" "$iris/answers"
pause=
trap 'echo "asked to end"; [ -z "$pause" ] || kill "$pause" 2>/dev/null || :; exit 0' TERM INT

answer() {
  name=${1##*/}
  awk -v model="$iris/model.txt" -f "$scripts/softmax.awk" -f "$scripts/serve.awk" "$1" > "$iris/answers/.$name.new" || :
  mv -f "$iris/answers/.$name.new" "$iris/answers/$name"
  rm -f "$1"
  printf '%s: ' "$name"
  cat "$iris/answers/$name"
}

echo "ready: requests in $iris/requests"
while :; do
  for request in "$iris/requests"/*; do
    if [ -f "$request" ]; then answer "$request"; fi
  done
  # In the background, because a shell hears TERM while it waits, not while a command runs.
  sleep 1 &
  pause=$!
  wait "$pause" || :
done
