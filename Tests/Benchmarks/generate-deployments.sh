#!/bin/sh
# Writes FILES files of 100 deployments each to DIRECTORY, and one with what they refer to; 28 MB for 1,000 files.
# usage: generate-deployments.sh DIRECTORY [FILES]
set -eu
directory=$1
files=${2:-1000}
mkdir -p "$directory"
cat >"$directory/base.yaml" <<END
apiVersion: berth/v1
kind: Organization
metadata: {name: vision}
---
apiVersion: berth/v1
kind: User
metadata: {name: ada.lovelace}
spec: {email: ada@example.org, organizations: [vision]}
---
apiVersion: berth/v1
kind: Cluster
metadata: {name: lab}
spec:
  organization: vision
  creator: ada.lovelace
  capacity: {ram: 1Ti, cpu: 256, gpu: 64}
END
awk -v directory="$directory" -v files="$files" 'BEGIN {
  for (file = 0; file < files; file++) {
    path = sprintf("%s/deployments-%04d.yaml", directory, file)
    for (i = 0; i < 100; i++) {
      n = file * 100 + i
      printf "---\napiVersion: berth/v1\nkind: Deployment\nmetadata: {name: train-%06d}\nspec:\n", n > path
      printf "  cluster: vision/lab\n  user: ada.lovelace\n  image: ghcr.io/vision/train:1.%d\n", n % 10 > path
      printf "  command: [python, train.py, --seed, \"%d\"]\n", n > path
      printf "  resources: {ram: %dGi, cpu: %d, gpu: %d}\n", 1 + n % 16, 1 + n % 8, n % 3 > path
      if (i % 4) printf "  dependsOn: [train-%06d]\n", n - 1 > path
      if (i % 3 == 0) printf "  priority: high\n" > path
      if (i % 2) printf "  maxRuntime: %dh\n", 1 + n % 12 > path
      if (i % 5 == 0) printf "  env: {EPOCHS: \"%d\"}\n", n % 30 > path
    }
    close(path)
  }
}'
