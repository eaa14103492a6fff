# Measures the model on the test rows; fails if it is not good enough to be served.
. "$BERTH_SOURCE/pipeline/place.sh"

awk -v model="$iris/model.txt" -v minimum="${MINIMUM_ACCURACY:-0.9}" \
  -f "$scripts/softmax.awk" -f "$scripts/evaluate.awk" "$iris/test.csv"
