# SPDX-License-Identifier: Apache-2.0
"""totals.py LABEL: reads a run's JSON from standard input, prints LABEL, accuracy, average exit layer, cycles a sentence."""
import json
import sys

totals = json.load(sys.stdin)["totals"]
print(f"{sys.argv[1]:>5}  {100 * totals['accuracy']:6.2f} %  {totals['average_exit_layer']:6.3f}  "
      f"{totals['cycles'] // totals['sentences']:,} cycles")
