# Selects every fifth row of each species as a test row: deterministic, and the proportions of the species are kept.
# Each measurement is scaled to mean 0 and deviation 1 over the training rows alone.
BEGIN { FS = ","; fields = 4 }

NR == 1 {
  for (f = 1; f <= fields; f++) name[f] = $f
  next
}
NF != fields + 1 {
  printf "row %d has %d fields, not %d\n", NR, NF, fields + 1
  failed = 1
  exit 1
}
{
  rows++
  species[rows] = $(fields + 1)
  if (!($(fields + 1) in seen)) order[++kinds] = $(fields + 1)
  isTest[rows] = (++seen[$(fields + 1)] % 5 == 0)
  for (f = 1; f <= fields; f++) value[rows, f] = $f
}

END {
  if (failed) exit 1
  for (r = 1; r <= rows; r++) {
    if (isTest[r]) continue
    trainingRows++
    for (f = 1; f <= fields; f++) sum[f] += value[r, f]
  }
  for (f = 1; f <= fields; f++) mean[f] = sum[f] / trainingRows
  for (r = 1; r <= rows; r++) {
    if (isTest[r]) continue
    for (f = 1; f <= fields; f++) squares[f] += (value[r, f] - mean[f]) ^ 2
  }
  for (f = 1; f <= fields; f++) {
    deviation[f] = sqrt(squares[f] / trainingRows)
    printf "scale %s %.9f %.9f\n", name[f], mean[f], deviation[f] > scale
    printf "%-12s mean %.3f cm, deviation %.3f cm\n", name[f], mean[f], deviation[f]
  }
  for (k = 1; k <= kinds; k++) printf "class %s\n", order[k] > scale
  for (r = 1; r <= rows; r++) {
    line = species[r]
    for (f = 1; f <= fields; f++) line = line sprintf(",%.9f", (value[r, f] - mean[f]) / deviation[f])
    print line > (isTest[r] ? test : training)
  }
  printf "%d rows of %d species: %d to train on, %d to test with\n", rows, kinds, trainingRows, rows - trainingRows
}
