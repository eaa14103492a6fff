# Splits the measurements into training and test rows, and standardizes both by the training rows.
. "$BERTH_SOURCE/pipeline/place.sh"

awk -v training="$iris/training.csv.new" -v test="$iris/test.csv.new" -v scale="$iris/scale.txt.new" \
  -f "$scripts/prepare.awk" "$BERTH_SOURCE/data/iris.csv"
for file in training.csv test.csv scale.txt; do keep "$file"; done
