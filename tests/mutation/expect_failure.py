# SPDX-License-Identifier: Apache-2.0
"""expect_failure.py TESTS: succeeds if the test program ran its cases and some of them failed, or a sanitizer stopped it."""
import re
import subprocess
import sys

run = subprocess.run(sys.argv[1:], capture_output=True, text=True, errors="replace", check=False)
noticed = run.returncode > 0 and re.search(r"test cases: +\d+ \|.* [1-9]\d* failed", run.stdout)
noticed = noticed or "runtime error:" in run.stderr
print(run.stdout[-2000:])
if not noticed:
    sys.exit("the mutant survived: no test case noticed the change")
print("noticed")
