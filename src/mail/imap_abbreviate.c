#include "mail/imap_abbreviate.h"

#include <stdint.h>
#include <string.h>

/* the size of the literal that the line announces at its end; 0: none */
static size_t literal_size(const char *p, const char *end) {
  size_t v = 0, unit = 1;
  const char *s = end;
  if (s == p || *--s != '}') return 0;
  if (s > p && s[-1] == '+') s--;
  while (s > p && s[-1] >= '0' && s[-1] <= '9' && unit <= SIZE_MAX / 100) {
    v += unit * (size_t)(*--s - '0');
    unit *= 10;
  }
  return s > p && s[-1] == '{' ? v : 0;
}

static void put_shown(struct sat_buf *out, const char *p, const char *end) {
  for (; p < end && out->n < SAT_IMAP_SHOWN; p++) {
    unsigned char c = (unsigned char)*p;
    sat_buf_u8(out, c < 0x20 || c == 0x7f ? '.' : c);
  }
  if (p < end && out->n == SAT_IMAP_SHOWN) sat_buf_str(out, "...");
}

void sat_imap_abbreviate(struct sat_buf *out, const void *p, size_t n) {
  const char *s = p, *end = s + n;
  while (s < end && out->n < SAT_IMAP_SHOWN) {
    const char *lf = memchr(s, '\n', (size_t)(end - s));
    const char *stop = lf != NULL ? lf : end;
    size_t size;
    if (stop > s && stop[-1] == '\r') stop--;
    put_shown(out, s, stop);
    size = literal_size(s, stop);
    s = lf != NULL ? lf + 1 : end;
    s += size < (size_t)(end - s) ? size : (size_t)(end - s);
  }
}
