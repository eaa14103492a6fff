# One request: four numbers, separated by blanks, commas or line ends.
{
  gsub(/,/, " ")
  count = split($0, part, " ")
  for (i = 1; i <= count; i++) {
    if (part[i] !~ /^[0-9]+(\.[0-9]+)?$/) wrong = 1
    given[++numbers] = part[i]
  }
}

END {
  if (!readModel(model)) {
    print "error: there is no model"
    exit 1
  }
  if (wrong || numbers != fields) {
    printf "error: a request is %d numbers in centimetres\n", fields
    exit 1
  }
  for (f = 1; f <= fields; f++) x[f] = (given[f] - mean[f]) / deviation[f]
  best = predict(x)
  printf "%s", class[best]
  for (k = 1; k <= classes; k++) printf " %s=%.4f", class[k], probability[k]
  print ""
}
