# SPDX-License-Identifier: Apache-2.0
"""Training of the small ALBERT on SST-2: see docs/model.md."""
