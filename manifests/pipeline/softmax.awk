# Multinomial logistic regression: the functions that training, evaluation and serving share. A model is a text file:
#
#   scale NAME MEAN DEVIATION    a measurement, in the order of the columns
#   class NAME                   a species
#   weights CLASS BIAS W1 W2 …   its weights, over the standardized measurements

# Reads the model, or the part of it that exists. Returns the number of its lines.
function readModel(file,    line, part, n, f, lines) {
  while ((getline line < file) > 0) {
    lines++
    n = split(line, part, " ")
    if (part[1] == "scale") {
      name[++fields] = part[2]
      mean[fields] = part[3]
      deviation[fields] = part[4]
    } else if (part[1] == "class") {
      class[++classes] = part[2]
      number[part[2]] = classes
    } else if (part[1] == "weights") {
      for (f = 0; f <= fields; f++) weight[number[part[2]], f] = part[f + 3]
    }
  }
  close(file)
  return lines + 0
}

# Sets probability[1…classes] for the standardized measurements x[1…fields]; returns the number of the likeliest class.
function predict(x,    k, f, score, highest, total, best) {
  for (k = 1; k <= classes; k++) {
    score = weight[k, 0]
    for (f = 1; f <= fields; f++) score += weight[k, f] * x[f]
    probability[k] = score
    if (k == 1 || score > highest) {
      highest = score
      best = k
    }
  }
  # The highest score is subtracted first, so that no exponential overflows.
  for (k = 1; k <= classes; k++) total += probability[k] = exp(probability[k] - highest)
  for (k = 1; k <= classes; k++) probability[k] /= total
  return best
}
