# Where the pipeline's steps find what they need; each of them reads this file first.
#
#   BERTH_SOURCE  the directory of the manifests, set by Berth
#   BERTH_WORK    the directory that all deployments of the cluster share, set by Berth: the steps hand their files on there

set -eu
# Numbers have a point in every country.
LC_ALL=C
export LC_ALL

: "${BERTH_SOURCE:?is the directory of the manifests}"
: "${BERTH_WORK:?is the directory that the steps share}"
scripts=$BERTH_SOURCE/pipeline
iris=$BERTH_WORK/iris
mkdir -p "$iris"

# A file appears under its name only when it is whole: a step that is killed leaves nothing that another could mistake.
keep() {
  mv -f "$iris/$1.new" "$iris/$1"
}
