# Paths that the steps of the pipeline share; each step reads this file first.
#
#   BERTH_SOURCE  the directory of the manifests, set by Berth
#   BERTH_WORK    the directory that all deployments of the cluster share, set by Berth: the steps exchange their files there

set -eu
# A decimal point in every locale.
LC_ALL=C
export LC_ALL

: "${BERTH_SOURCE:?is the directory of the manifests}"
: "${BERTH_WORK:?is the directory that the steps share}"
scripts=$BERTH_SOURCE/pipeline
iris=$BERTH_WORK/iris
mkdir -p "$iris"

# Publishes a file under its name only when it is complete, so that a killed step leaves no partial file to others.
keep() {
  mv -f "$iris/$1.new" "$iris/$1"
}
