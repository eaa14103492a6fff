# Fits the model to the training rows.
. "$BERTH_SOURCE/pipeline/place.sh"

echo "GPUs: ${CUDA_VISIBLE_DEVICES:-none}"
awk -v scale="$iris/scale.txt" -v model="$iris/model.txt.new" \
  -v epochs="${EPOCHS:-400}" -v rate="${LEARNING_RATE:-0.5}" -v decay="${WEIGHT_DECAY:-0.001}" \
  -f "$scripts/softmax.awk" -f "$scripts/train.awk" "$iris/training.csv"
keep model.txt
