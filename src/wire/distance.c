#include "wire/distance.h"

#include <stdbool.h>
#include <stdint.h>

#define LONGEST 127

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(char a, char b) { return lower(a) == lower(b); }

static size_t least(size_t a, size_t b, size_t c) {
  size_t m = a < b ? a : b;
  return m < c ? m : c;
}

/* rows[i % 3][j]: the distance of the first i letters of a and j of b */
typedef uint8_t rows_t[3][LONGEST + 1];

static size_t cell(rows_t rows, const char *a, size_t i, const char *b,
                   size_t j) {
  const uint8_t *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
  size_t d = least(above[j] + 1u, rows[i % 3][j - 1] + 1u,
                   above[j - 1] + (same(a[i - 1], b[j - 1]) ? 0u : 1u));
  if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
      same(a[i - 2], b[j - 1]) && before[j - 2] + 1u < d)
    d = before[j - 2] + 1u;
  return d;
}

size_t sat_distance(const char *a, size_t a_n, const char *b, size_t b_n,
                    size_t most) {
  rows_t rows;
  size_t between = a_n > b_n ? a_n - b_n : b_n - a_n;
  if (a_n > LONGEST || b_n > LONGEST || between > most) return SIZE_MAX;
  for (size_t j = 0; j <= b_n; j++) rows[0][j] = (uint8_t)j;
  for (size_t i = 1; i <= a_n; i++) {
    size_t best = rows[i % 3][0] = (uint8_t)i;
    for (size_t j = 1; j <= b_n; j++) {
      size_t d = cell(rows, a, i, b, j);
      rows[i % 3][j] = (uint8_t)d;
      if (d < best) best = d;
    }
    if (best > most) return SIZE_MAX;
  }
  return rows[a_n % 3][b_n] <= most ? rows[a_n % 3][b_n] : SIZE_MAX;
}
