#include "base/text.h"

#define REPLACEMENT 0xfffd

static uint32_t unit_at(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

/* the character at p, n >= 2 bytes left; *used_r is 2 or 4 */
static uint32_t next_utf16(const uint8_t *p, size_t n, size_t *used_r) {
  uint32_t hi = unit_at(p), lo;
  *used_r = 2;
  if (hi < 0xd800 || hi > 0xdfff) return hi;
  if (hi > 0xdbff || n < 4) return REPLACEMENT;
  lo = unit_at(p + 2);
  if (lo < 0xdc00 || lo > 0xdfff) return REPLACEMENT;
  *used_r = 4;
  return 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
}

static size_t encode(char *out, uint32_t c) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xc0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3f));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
  }
  out[0] = (char)(0xf0 | c >> 18);
  out[1] = (char)(0x80 | (c >> 12 & 0x3f));
  out[2] = (char)(0x80 | (c >> 6 & 0x3f));
  out[3] = (char)(0x80 | (c & 0x3f));
  return 4;
}

size_t sat_text_copy_utf16(char *out, const void *utf16, size_t n) {
  const uint8_t *p = utf16;
  char *start = out;
  size_t used;
  for (; n >= 2; p += used, n -= used)
    out += encode(out, next_utf16(p, n, &used));
  return (size_t)(out - start);
}

size_t sat_text_utf8_size(const void *utf16, size_t n) {
  const uint8_t *p = utf16;
  size_t size = 0, used;
  char c[4];
  for (; n >= 2; p += used, n -= used)
    size += encode(c, next_utf16(p, n, &used));
  return size;
}

void sat_text_from_utf16(struct sat_buf *out, const void *p, size_t n) {
  uint8_t *room = sat_buf_reserve(out, n / 2 * 3);
  if (room != NULL)
    sat_buf_added(out, sat_text_copy_utf16((char *)room, p, n));
}

size_t sat_text_next(const char *s, size_t n, uint32_t *c_r) {
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const uint8_t *p = (const uint8_t *)s;
  size_t len = p[0] < 0x80   ? 1
               : p[0] < 0xc0 ? 0
               : p[0] < 0xe0 ? 2
               : p[0] < 0xf0 ? 3
               : p[0] < 0xf8 ? 4
                             : 0;
  uint32_t c;
  if (len == 0 || len > n) return 0;
  c = len == 1 ? p[0] : p[0] & (0x7fu >> len);
  for (size_t i = 1; i < len; i++) {
    if ((p[i] & 0xc0) != 0x80) return 0;
    c = c << 6 | (p[i] & 0x3f);
  }
  if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return 0;
  *c_r = c;
  return len;
}

bool sat_text_to_utf16(struct sat_buf *out, const char *s, size_t n) {
  bool valid = true;
  while (n > 0) {
    uint32_t c;
    size_t len = sat_text_next(s, n, &c);
    if (len == 0) {
      valid = false;
      c = REPLACEMENT;
      len = 1;
    }
    if (c >= 0x10000) {
      c -= 0x10000;
      sat_buf_u16(out, 0xd800 | c >> 10);
      c = 0xdc00 | (c & 0x3ff);
    }
    sat_buf_u16(out, c);
    s += len;
    n -= len;
  }
  return valid;
}

size_t sat_text_utf16_size(const char *utf8, size_t n) {
  size_t size = 0;
  while (n > 0) {
    uint32_t c = 0;
    size_t len = sat_text_next(utf8, n, &c);
    size += c >= 0x10000 ? 4 : 2;
    if (len == 0) len = 1;
    utf8 += len;
    n -= len;
  }
  return size;
}

bool sat_text_is_utf8(const char *s, size_t n) {
  while (n > 0) {
    uint32_t c;
    size_t len = sat_text_next(s, n, &c);
    if (len == 0) return false;
    s += len;
    n -= len;
  }
  return true;
}

void sat_text_put(struct sat_buf *out, uint32_t c) {
  char bytes[4];
  sat_buf_put(out, bytes, encode(bytes, c));
}

void sat_text_from_8bit(struct sat_buf *out, const void *p, size_t n) {
  static const uint16_t high[32] = {
      0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
      0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8d,   0x017d, 0x8f,
      0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
      0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178};
  const uint8_t *b = p;
  if (sat_text_is_utf8(p, n)) {
    sat_buf_put(out, p, n);
    return;
  }
  for (size_t i = 0; i < n; i++)
    sat_text_put(out, b[i] >= 0x80 && b[i] < 0xa0 ? high[b[i] - 0x80] : b[i]);
}
