# SPDX-License-Identifier: Apache-2.0
"""mutate.py SOURCE DESTINATION EXPRESSION REPLACEMENT: copies a file with one expression, which must be there once, replaced."""
import pathlib
import sys

source, destination, expression, replacement = sys.argv[1:]
content = pathlib.Path(source).read_text()
if content.count(expression) != 1:
    sys.exit(f"mutate: '{expression}' stands {content.count(expression)} times in {source}; change tests/mutation/CMakeLists.txt")
# A mutant need not satisfy the checks that the compiler makes of the original.
pathlib.Path(destination).write_text("#define static_assert(...)\n" + content.replace(expression, replacement))
