// SPDX-License-Identifier: Apache-2.0
// The one door to the test framework (Debian 12: Catch2 version 2).
#pragma once
#include <catch2/catch.hpp>
