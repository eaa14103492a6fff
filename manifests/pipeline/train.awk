# Gradient descent on the mean cross entropy, with all rows in every step and a little weight decay. The weights start
# at 0, so that the same rows give the same model.
BEGIN {
  FS = ","
  if (!readModel(scale)) {
    print "there are no prepared rows"
    failed = 1
    exit 1
  }
}
{
  rows++
  target[rows] = number[$1]
  for (f = 1; f <= fields; f++) value[rows, f] = $(f + 1)
}

END {
  if (failed) exit 1
  for (epoch = 1; epoch <= epochs; epoch++) {
    loss = right = 0
    for (k = 1; k <= classes; k++) for (f = 0; f <= fields; f++) gradient[k, f] = 0
    for (r = 1; r <= rows; r++) {
      for (f = 1; f <= fields; f++) x[f] = value[r, f]
      right += predict(x) == target[r]
      loss -= log(probability[target[r]])
      for (k = 1; k <= classes; k++) {
        difference = probability[k] - (k == target[r])
        gradient[k, 0] += difference
        for (f = 1; f <= fields; f++) gradient[k, f] += difference * x[f]
      }
    }
    if (epoch == 1 || epoch % 50 == 0 || epoch == epochs) {
      printf "epoch %d: loss %.4f, %.1f %% of %d rows right\n", epoch, loss / rows, 100 * right / rows, rows
    }
    for (k = 1; k <= classes; k++) {
      weight[k, 0] -= rate * gradient[k, 0] / rows
      for (f = 1; f <= fields; f++) weight[k, f] -= rate * (gradient[k, f] / rows + decay * weight[k, f])
    }
  }
  for (f = 1; f <= fields; f++) print "scale", name[f], mean[f], deviation[f] > model
  for (k = 1; k <= classes; k++) print "class", class[k] > model
  for (k = 1; k <= classes; k++) {
    printf "weights %s", class[k] > model
    for (f = 0; f <= fields; f++) printf " %.9f", weight[k, f] > model
    print "" > model
  }
  printf "a model of %d classes and %d weights\n", classes, classes * (fields + 1)
}
