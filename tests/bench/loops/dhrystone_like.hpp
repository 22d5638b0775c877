// SPDX-License-Identifier: Apache-2.0
// Loop of the core benchmark: the mix Dhrystone made customary (records, strings, calls, arrays, integer
// arithmetic, little division), own code. Language-only C++, as all loops: the guest runs it and the host
// computes the same checksum.
#pragma once

namespace edgebert::dhrystone_like {

inline constexpr unsigned rounds = 300000;

using Word = unsigned;

enum Kind { first, second, third };

struct Record {
  Record* next;
  Kind kind;
  Word value;
  char text[32];
};

inline Record records[2];
inline Word table[50];
inline Word grid[50][50];

inline void copy_text(char* to, const char* from) {
  while ((*to++ = *from++) != 0) {
  }
}

inline int compare_text(const char* a, const char* b) {
  while (*a != 0 && *a == *b) {
    ++a;
    ++b;
  }
  return *a - *b;
}

[[gnu::noinline]] inline Kind classify(char a, char b) {
  return a == b ? second : first;
}

[[gnu::noinline]] inline void fill_tables(Word index, Word value) {
  const Word at = index + 5;
  table[at] = value;
  table[at + 1] = table[at];
  table[at + 30] = at;
  for (Word column = at; column <= at + 1; ++column) grid[at][column] = at;
  grid[at][at - 1] += 1;
  grid[at + 20][at] = table[at];
}

[[gnu::noinline]] inline bool text_is_later(const char* a, const char* b) {
  Word at = 0;
  while (at < 8 && classify(a[at], b[at]) == second) ++at;
  return at < 8 || compare_text(a + at, b + at) > 0;
}

[[gnu::noinline]] inline void update(Record* record, Word value) {
  Record* next = record->next;
  *next = *record;
  record->value = value;
  next->value = record->value;
  next->next = record->next;
  if (next->kind == first) {
    next->value = value + 10;
    next->kind = record->kind == second ? third : second;
  } else {
    *record = *next;
  }
}

/// @return a checksum of everything computed
inline Word run(Word rounds) {
  Word checksum = 0;
  char left[32];
  char right[32];
  records[0] = {&records[1], first, 40, "A RECORD OF THIRTY LETTERS, ONE"};
  copy_text(left, "THE FIRST OF THE TEXTS, TO READ");
  for (Word round = 0; round < rounds; ++round) {
    copy_text(right, (round & 1) != 0 ? "THE FIRST OF THE TEXTS, TO WEAR" : "THE SECOND OF ALL THESE TEXTS");
    Word a = 2;
    const Word b = 3 + (round & 3);
    Word c = 0;
    while (a < b) {
      c = 5 * a - b;
      a += 1;
    }
    fill_tables(a & 15, c);
    update(&records[0], c + round);
    if (text_is_later(left, right)) checksum += 1;
    c = a * b;
    checksum = checksum * 33 + c / (a | 1) + records[1].value + grid[(a & 15) + 25][(a & 15) + 5];
  }
  return checksum;
}

}  // namespace edgebert::dhrystone_like
