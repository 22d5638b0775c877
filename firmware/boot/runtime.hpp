// SPDX-License-Identifier: Apache-2.0
// The memory functions of boot/runtime.cpp; the RISC-V toolchain has no <string.h>.
#pragma once
#include <stddef.h>

extern "C" {
void* memcpy(void* __restrict to, const void* __restrict from, size_t bytes);
void* memmove(void* to, const void* from, size_t bytes);
void* memset(void* to, int value, size_t bytes);
int memcmp(const void* left, const void* right, size_t bytes);
}
