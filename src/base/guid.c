#include "base/guid.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

/* the wire position of each pair of digits */
static const uint8_t order[16] = {3, 2, 1, 0, 5,  4,  7,  6,
                                  8, 9, 10, 11, 12, 13, 14, 15};

static bool dash_before(int i) { return i == 4 || i == 6 || i == 8 || i == 10; }

void sat_guid_format(const struct sat_guid *g, char out[SAT_GUID_TEXT]) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < 16; i++) {
    if (dash_before(i)) *out++ = '-';
    *out++ = digits[g->b[order[i]] >> 4];
    *out++ = digits[g->b[order[i]] & 15];
  }
  *out = '\0';
}

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool sat_guid_parse(const char *s, size_t n, struct sat_guid *g_r) {
  if (n == 38 && s[0] == '{' && s[37] == '}') {
    s++;
    n -= 2;
  }
  if (n != 36) return false;
  for (int i = 0; i < 16; i++) {
    int hi, lo;
    if (dash_before(i) && *s++ != '-') return false;
    hi = digit(*s++);
    lo = digit(*s++);
    if (hi < 0 || lo < 0) return false;
    g_r->b[order[i]] = (uint8_t)(hi << 4 | lo);
  }
  return true;
}

bool sat_guid_random(struct sat_guid *g_r) {
  if (getrandom(g_r->b, sizeof g_r->b, 0) != (ssize_t)sizeof g_r->b)
    return false;
  g_r->b[7] = (uint8_t)((g_r->b[7] & 0x0f) | 0x40);
  g_r->b[8] = (uint8_t)((g_r->b[8] & 0x3f) | 0x80);
  return true;
}
