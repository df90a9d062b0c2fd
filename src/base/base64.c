#include "base/base64.h"

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sat_base64_encode(struct sat_buf *out, const void *p, size_t n) {
  const uint8_t *b = p;
  for (; n > 0; b += 3, n -= n < 3 ? n : 3) {
    uint32_t v = (uint32_t)b[0] << 16;
    char text[4];
    if (n > 1) v |= (uint32_t)b[1] << 8;
    if (n > 2) v |= b[2];
    text[0] = letters[v >> 18];
    text[1] = letters[v >> 12 & 63];
    text[2] = n > 1 ? letters[v >> 6 & 63] : '=';
    text[3] = n > 2 ? letters[v & 63] : '=';
    sat_buf_put(out, text, sizeof text);
  }
}

static int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* what follows the letters: up to 'most' signs of padding */
static bool only_padding(const char *s, size_t n, unsigned most) {
  for (; n > 0; s++, n--) {
    if (*s == '=' && most > 0) most--;
    else if (!is_space(*s)) return false;
  }
  return true;
}

bool sat_base64_decode(struct sat_buf *out, const char *s, size_t n) {
  uint32_t v = 0;
  unsigned bits = 0;
  for (; n > 0 && *s != '='; s++, n--) {
    int six = value_of(*s);
    if (is_space(*s)) continue;
    if (six < 0) return false;
    v = (v << 6 | (uint32_t)six) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    sat_buf_u8(out, v >> bits & 0xff);
  }
  if (bits == 6 || (v & ((1u << bits) - 1)) != 0) return false;
  return only_padding(s, n, bits / 2);
}

void sat_hex_encode(struct sat_buf *out, const void *p, size_t n) {
  static const char digits[] = "0123456789abcdef";
  const uint8_t *b = p;
  for (size_t i = 0; i < n; i++) {
    char text[2] = {digits[b[i] >> 4], digits[b[i] & 15]};
    sat_buf_put(out, text, sizeof text);
  }
}

static int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool sat_hex_decode(struct sat_buf *out, const char *s, size_t n) {
  for (; n > 0; s++, n--) {
    int high, low;
    if (is_space(*s)) continue;
    high = digit_of(*s);
    low = n > 1 ? digit_of(s[1]) : -1;
    if (high < 0 || low < 0) return false;
    sat_buf_u8(out, (uint32_t)(high << 4 | low));
    s++;
    n--;
  }
  return true;
}
