#include "wire/imap_utf7.h"

#include <string.h>

#include "base/text.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static bool is_direct(enum sat_imap_utf7 form, uint32_t c) {
  if (c < 0x20 || c > 0x7e) return false;
  return form == SAT_IMAP_UTF7_NAME || strchr("(){ %*\"\\]", (int)c) == NULL;
}

/*
** Encoding: bits of UTF-16 wait in 'bits' until there are six
*/
struct shift {
  struct sat_buf *out;
  enum sat_imap_utf7 form;
  uint32_t bits;
  unsigned n;
  bool open; /* behind an "&" */
};

static void put_unit(struct shift *s, uint32_t unit) {
  if (!s->open) sat_buf_u8(s->out, '&');
  s->open = true;
  s->bits = s->bits << 16 | unit;
  for (s->n += 16; s->n >= 6; s->n -= 6)
    sat_buf_u8(s->out, (uint8_t)digits[s->bits >> (s->n - 6) & 63]);
}

static void close_shift(struct shift *s) {
  if (!s->open) return;
  if (s->n > 0)
    sat_buf_u8(s->out, (uint8_t)digits[s->bits << (6 - s->n) & 63]);
  sat_buf_u8(s->out, '-');
  s->open = false;
  s->bits = s->n = 0;
}

static void put_char(struct shift *s, uint32_t c) {
  if (is_direct(s->form, c)) {
    close_shift(s);
    sat_buf_u8(s->out, c);
    if (c == '&') sat_buf_u8(s->out, '-');
  } else if (c > 0xffff) {
    put_unit(s, 0xd800 + ((c - 0x10000) >> 10));
    put_unit(s, 0xdc00 + ((c - 0x10000) & 0x3ff));
  } else {
    put_unit(s, c);
  }
}

bool sat_imap_utf7_encode(struct sat_buf *out, enum sat_imap_utf7 form,
                          const char *s, size_t n) {
  struct shift shift = {.out = out, .form = form};
  for (size_t i = 0; i < n;) {
    uint32_t c;
    size_t k = sat_text_next(s + i, n - i, &c);
    if (k == 0 || c == 0) return false;
    put_char(&shift, c);
    i += k;
  }
  close_shift(&shift);
  return true;
}

/*
** Decoding
*/
static int digit_value(char c) {
  const char *at = c != '\0' ? strchr(digits, c) : NULL;
  return at != NULL ? (int)(at - digits) : -1;
}

static size_t put_utf8(char *out, uint32_t c) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xc0 | c >> 6);
    out[1] = (char)(0x80 | (c & 63));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 63));
    out[2] = (char)(0x80 | (c & 63));
    return 3;
  }
  out[0] = (char)(0xf0 | c >> 18);
  out[1] = (char)(0x80 | (c >> 12 & 63));
  out[2] = (char)(0x80 | (c >> 6 & 63));
  out[3] = (char)(0x80 | (c & 63));
  return 4;
}

struct unshift {
  enum sat_imap_utf7 form;
  char *out;
  size_t n;
  uint32_t high; /* first half of a surrogate pair; 0: none */
};

/* one code unit; what could have stood for itself may not stand here */
static bool take_unit(struct unshift *u, uint32_t unit) {
  if (u->high != 0) {
    if (unit < 0xdc00 || unit > 0xdfff) return false;
    u->n += put_utf8(u->out + u->n, 0x10000 + ((u->high - 0xd800) << 10) +
                                        (unit - 0xdc00));
    u->high = 0;
    return true;
  }
  if ((unit >= 0xdc00 && unit <= 0xdfff) || is_direct(u->form, unit) ||
      unit == 0)
    return false;
  if (unit >= 0xd800 && unit <= 0xdbff) u->high = unit;
  else u->n += put_utf8(u->out + u->n, unit);
  return true;
}

/* The base64 between "&" and "-": whole code units, and less than six bits
** left over, which are zero.  Returns its length, or 0. */
static size_t take_base64(struct unshift *u, const char *s, size_t n) {
  uint32_t bits = 0;
  unsigned count = 0;
  size_t i = 0;
  for (; i < n && s[i] != '-'; i++) {
    int v = digit_value(s[i]);
    if (v < 0) return 0;
    bits = bits << 6 | (uint32_t)v;
    count += 6;
    if (count < 16) continue;
    count -= 16;
    if (!take_unit(u, bits >> count & 0xffff)) return 0;
    bits &= (1u << count) - 1;
  }
  return i < n && count < 6 && bits == 0 && u->high == 0 ? i : 0;
}

ssize_t sat_imap_utf7_decode(char *out, enum sat_imap_utf7 form,
                             const char *s, size_t n) {
  struct unshift u = {.out = out, .form = form};
  size_t last = 0; /* behind the last base64: another may not begin there */
  for (size_t i = 0; i < n;) {
    size_t k;
    if (!is_direct(form, (unsigned char)s[i])) return -1;
    if (s[i] != '&' || (i + 1 < n && s[i + 1] == '-')) {
      u.out[u.n++] = s[i];
      i += s[i] == '&' ? 2 : 1;
      continue;
    }
    if (last == i && i > 0) return -1;
    k = take_base64(&u, s + i + 1, n - i - 1);
    if (k == 0) return -1;
    i += k + 2;
    last = i;
  }
  return (ssize_t)u.n;
}
