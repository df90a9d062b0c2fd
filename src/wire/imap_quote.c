#include "wire/imap_quote.h"

#include <stdio.h>

#include "base/text.h"

static void put_quoted(struct sat_buf *out, const char *s, size_t n) {
  sat_buf_u8(out, '"');
  for (size_t i = 0; i < n; i++) {
    if (s[i] == '"' || s[i] == '\\') sat_buf_u8(out, '\\');
    sat_buf_u8(out, (uint8_t)s[i]);
  }
  sat_buf_u8(out, '"');
}

static bool has_line_end(const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (s[i] == '\r' || s[i] == '\n' || s[i] == '\0') return true;
  return false;
}

static bool is_ascii(const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)s[i] > 127) return false;
  return true;
}

bool sat_imap_quote(struct sat_buf *out, const char *s, size_t n, bool utf8) {
  if (n > SAT_IMAP_QUOTE_MAX || has_line_end(s, n)) return false;
  if (!is_ascii(s, n) && (!utf8 || !sat_text_is_utf8(s, n))) return false;
  put_quoted(out, s, n);
  return true;
}

void sat_imap_put_string(struct sat_buf *out, struct sat_bytes v) {
  const char *s = (const char *)v.p;
  char head[16];
  if (!has_line_end(s, v.n)) {
    put_quoted(out, s, v.n);
    return;
  }
  snprintf(head, sizeof head, "{%u}\r\n", (unsigned)v.n);
  sat_buf_str(out, head);
  sat_buf_put(out, s, v.n);
}
