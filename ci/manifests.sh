#!/usr/bin/env bash
# Validates what others run: the Kubernetes manifests and the example of a CI matrix, against the
# schemas that two Python packages carry. Once those are installed no network is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
tools=$target/manifests-1
if [ ! -e "$tools/ready" ]; then
  python3 -m venv --clear "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check \
    kubernetes-validate==1.37.0 check-jsonschema==0.39.0
  touch "$tools/ready"
fi
kubernetes() { "$tools/bin/kubernetes-validate" --strict --quiet --kubernetes-version "$1" "$2" 2>&1; }
workflow() { "$tools/bin/check-jsonschema" --builtin-schema vendor.github-workflows "$@"; }

for version in 1.33 1.37; do
  said=$(kubernetes "$version" ci/k8s/sweep.yaml)
  [ -z "$said" ] || { echo "$said"; exit 1; }
  echo "ci/k8s/sweep.yaml is valid for Kubernetes $version"
done
# The same number stands in three places, for Kubernetes tells no pod how many there are.
"$tools/bin/python" - ci/k8s/sweep.yaml <<'PYTHON'
import sys, yaml
jobs = [it for it in yaml.safe_load_all(open(sys.argv[1])) if it["kind"] == "Job"]
numbers = [str(it["spec"]["completions"]) for it in jobs if "completions" in it["spec"]]
for job in jobs:
    for container in job["spec"]["template"]["spec"]["containers"]:
        numbers += [it["value"] for it in container["env"] if it["name"] == "LASTORDERS_SHARDS"]
assert len(numbers) == 3 and len(set(numbers)) == 1, f"completions and shards: {numbers}"
PYTHON
workflow ci/matrix.yml .github/workflows/*.yml

# A validator that refuses nothing proves nothing.
wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
sed 's/completionMode:/completionMod:/' ci/k8s/sweep.yaml >"$wrong/sweep.yaml"
[ -n "$(kubernetes 1.37 "$wrong/sweep.yaml")" ] || { echo "a misspelt field was not seen"; exit 1; }
sed 's/runs-on:/runs-in:/' ci/matrix.yml >"$wrong/matrix.yml"
! workflow "$wrong/matrix.yml" >/dev/null || { echo "a misspelt key was not seen"; exit 1; }
