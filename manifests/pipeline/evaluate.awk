# Accuracy and confusion matrix over rows not used in training.
BEGIN {
  FS = ","
  if (!readModel(model)) {
    print "there is no model"
    failed = 1
    exit 1
  }
}
{
  rows++
  for (f = 1; f <= fields; f++) x[f] = $(f + 1)
  answer = predict(x)
  confusion[number[$1], answer]++
  right += answer == number[$1]
}

END {
  if (failed || rows == 0) exit 1
  printf "%-22s", "truly \\ predicted"
  for (k = 1; k <= classes; k++) printf " %11s", class[k]
  print ""
  for (k = 1; k <= classes; k++) {
    printf "%-22s", class[k]
    for (j = 1; j <= classes; j++) printf " %11d", confusion[k, j]
    print ""
  }
  accuracy = right / rows
  printf "accuracy %.4f (%d of %d test rows), at least %.4f wanted\n", accuracy, right, rows, minimum
  if (accuracy < minimum) {
    print "not good enough to be served"
    exit 1
  }
}
