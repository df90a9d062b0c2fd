#!/bin/sh
# run.sh SECONDS TARGET...: each target under libFuzzer; new inputs go to
# build/fuzz, findings stop the run.
seconds=$1; shift
for t in "$@"; do
  mkdir -p "build/fuzz/new/$t"
  dict=; [ -e "fuzz/$t.dict" ] && dict="-dict=fuzz/$t.dict"
  log="build/fuzz/$t.log"
  if "build/fuzz/$t" -max_total_time="$seconds" $dict -print_final_stats=1 \
    -timeout=10 -rss_limit_mb=2048 "build/fuzz/new/$t" "fuzz/corpus/$t" \
    >"$log" 2>&1; then
    echo "$t: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
      "executions in $seconds s, no finding"
  else
    echo "$t: FINDING, see $log"; tail -30 "$log"; exit 1
  fi
done
