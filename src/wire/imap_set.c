#include "wire/imap_set.h"

#include <stdbool.h>
#include <stdlib.h>

/* seq-number: a number from 1 to 4,294,967,295, or "*" */
static bool read_number(const char **p, const char *end, uint32_t *v_r) {
  const char *start = *p;
  uint64_t v = 0;
  *v_r = 0;
  if (start < end && *start == '*') {
    *p = start + 1;
    return true;
  }
  for (; *p < end && **p >= '0' && **p <= '9' && v <= UINT32_MAX; ++*p)
    v = v * 10 + (uint64_t)(**p - '0');
  *v_r = (uint32_t)v;
  return *p > start && v > 0 && v <= UINT32_MAX;
}

int sat_imap_set_next(const char **p, const char *end,
                      struct sat_imap_range *range_r) {
  struct sat_imap_range *r = range_r;
  if (*p == end) return 0;
  if (!read_number(p, end, &r->first)) return -1;
  r->last = r->first;
  if (*p < end && **p == ':') {
    ++*p;
    if (!read_number(p, end, &r->last)) return -1;
  }
  if (r->last != 0 && r->last < r->first) {
    uint32_t last = r->first;
    r->first = r->last;
    r->last = last;
  }
  if (*p == end) return 1;
  if (**p != ',' || ++*p == end) return -1;
  return 1;
}

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

size_t sat_imap_set_sort(uint32_t *v, size_t n) {
  size_t i = 1, k = 1;
  if (n == 0) return 0;
  while (i < n && v[i] > v[i - 1]) i++;
  if (i == n) return n;
  qsort(v, n, sizeof *v, compare);
  for (i = 1; i < n; i++)
    if (v[i] != v[i - 1]) v[k++] = v[i];
  return k;
}

static size_t format(char *out, uint32_t v) {
  char digits[10];
  size_t n = 0;
  do digits[n++] = (char)('0' + v % 10);
  while ((v /= 10) > 0);
  for (size_t i = 0; i < n; i++) out[i] = digits[n - 1 - i];
  return n;
}

size_t sat_imap_set_print(struct sat_buf *out, const uint32_t *v, size_t n,
                          size_t max_bytes) {
  size_t start = out->n, i = 0;
  while (i < n) {
    char text[24];
    size_t k = 0, last = i;
    while (last + 1 < n && v[last + 1] == v[last] + 1 && v[last] != 0) last++;
    if (i > 0) text[k++] = ',';
    k += format(text + k, v[i]);
    if (last > i) {
      text[k++] = ':';
      k += format(text + k, v[last]);
    }
    if (i > 0 && max_bytes > 0 && out->n - start + k > max_bytes) break;
    sat_buf_put(out, text, k);
    i = last + 1;
  }
  return i;
}
