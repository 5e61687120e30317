#!/bin/sh
# Runs a capsule in a build and says how it ended in the ways that build servers read.
#
#   run.sh CAPSULE [more arguments of `somagent run`]
#
# SOMAGENT           the program                                    default: somagent
# SOMAGENT_OUT       directory of what the build keeps              default: somagent-out
# SOMAGENT_APPROVAL  park or deny: what becomes of a question       default: park
# SOMAGENT_KEY       repeated builds with one key go on with one run, when SOMAGENT_HOME is kept between them
#
# Leaves result.json, junit.xml, log.txt and, when there is a run, bundle.jsonl. Ends with the code of the run:
# docs/cli.md lists them all. 5 means that somebody has to decide before the same build is repeated.
set -u

somagent=${SOMAGENT:-somagent}
out=${SOMAGENT_OUT:-somagent-out}
mkdir -p "$out" || exit 16

if [ -n "${SOMAGENT_KEY:-}" ]; then
    set -- "$@" --idempotency-key "$SOMAGENT_KEY"
fi

# Standard output is the result alone; what people read goes to the log of the build as well as to a file.
"$somagent" run "$@" --approval "${SOMAGENT_APPROVAL:-park}" --junit "$out/junit.xml" -o json \
    >"$out/result.json" 2>"$out/log.txt"
code=$?
cat "$out/log.txt" >&2

run=$(sed -n 's/^{"v":1,"run":"\([^"]*\)".*/\1/p' "$out/result.json")
if [ -n "$run" ]; then
    # The record verifies, or nothing that was said about the run counts.
    "$somagent" runs export "$run" --out "$out/bundle.jsonl" >/dev/null || exit
    "$somagent" runs show "$run"
fi

case $code in
0) ;;
5)
    echo "somebody has to decide; then repeat the build:"
    "$somagent" approvals list --run "$run"
    ;;
*) echo "somagent ended with $code; somagent runs show $run says more" >&2 ;;
esac
exit "$code"
