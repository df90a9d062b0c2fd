#include "format/mime_transfer.h"

#include <string.h>

#include "base/base64.h"

enum sat_transfer sat_transfer_of(struct sat_slice name) {
  static const struct {
    const char *name;
    enum sat_transfer kind;
  } names[] = {{"base64", SAT_TRANSFER_BASE64},
               {"base-64", SAT_TRANSFER_BASE64},
               {"b64", SAT_TRANSFER_BASE64},
               {"quoted-printable", SAT_TRANSFER_QUOTED},
               {"quoted_printable", SAT_TRANSFER_QUOTED},
               {"quotedprintable", SAT_TRANSFER_QUOTED},
               {"qp", SAT_TRANSFER_QUOTED},
               {"uuencode", SAT_TRANSFER_UUENCODE},
               {"x-uuencode", SAT_TRANSFER_UUENCODE},
               {"x-uue", SAT_TRANSFER_UUENCODE},
               {"uue", SAT_TRANSFER_UUENCODE}};
  name = sat_slice_trim(name);
  while (name.n > 0 && strchr("\"';.", name.p[name.n - 1]) != NULL) name.n--;
  while (name.n > 0 && (*name.p == '"' || *name.p == '\'')) name.p++, name.n--;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (sat_slice_is(name, names[i].name)) return names[i].kind;
  return SAT_TRANSFER_PLAIN;
}

/* --- base64 (RFC 4648 4) --- */

/* 0-63, 64 for '=', 255 for what is passed over */
static uint8_t rank_of(unsigned char c) {
  if (c >= 'A' && c <= 'Z') return (uint8_t)(c - 'A');
  if (c >= 'a' && c <= 'z') return (uint8_t)(c - 'a' + 26);
  if (c >= '0' && c <= '9') return (uint8_t)(c - '0' + 52);
  if (c == '+' || c == '-') return 62; /* '-' and '_': RFC 4648 5 */
  if (c == '/' || c == '_') return 63;
  return c == '=' ? 64 : 255;
}

static const uint8_t *ranks(void) {
  static uint8_t table[256];
  static bool made;
  if (!made) {
    for (unsigned i = 0; i < 256; i++) table[i] = rank_of((unsigned char)i);
    made = true;
  }
  return table;
}

/* the bytes of a group that has ended early */
static uint8_t *end_group(struct sat_base64 *b, uint8_t *to) {
  if (b->count == 2) *to++ = (uint8_t)(b->bits >> 4);
  if (b->count == 3) {
    *to++ = (uint8_t)(b->bits >> 10);
    *to++ = (uint8_t)(b->bits >> 2);
  }
  b->bits = b->count = 0;
  return to;
}

/* moves behind the line where '=' stood in it */
static const uint8_t *skip_line(struct sat_base64 *b, const uint8_t *s,
                                const uint8_t *end) {
  const uint8_t *lf = s < end ? memchr(s, '\n', (size_t)(end - s)) : NULL;
  b->ended = lf == NULL;
  return lf != NULL ? lf : end;
}

void sat_base64_feed(struct sat_base64 *b, struct sat_buf *out, const char *p,
                     size_t n) {
  const uint8_t *rank = ranks(), *s = (const uint8_t *)p, *end = s + n;
  uint8_t *room = sat_buf_reserve(out, n / 4 * 3 + 8), *to = room;
  if (room == NULL) return;
  if (b->ended) s = skip_line(b, s, end);
  while (s < end) {
    while (b->count == 0 && end - s >= 4) { /* whole groups */
      uint32_t r0 = rank[s[0]], r1 = rank[s[1]], r2 = rank[s[2]],
               r3 = rank[s[3]];
      if ((r0 | r1 | r2 | r3) > 63) break;
      uint32_t bits = r0 << 18 | r1 << 12 | r2 << 6 | r3;
      *to++ = (uint8_t)(bits >> 16);
      *to++ = (uint8_t)(bits >> 8);
      *to++ = (uint8_t)bits;
      s += 4;
    }
    if (s == end) break;
    uint8_t r = rank[*s++];
    if (r == 64) {
      to = end_group(b, to);
      s = skip_line(b, s, end);
    }
    if (r > 63) continue;
    b->bits = b->bits << 6 | r;
    if (++b->count < 4) continue;
    *to++ = (uint8_t)(b->bits >> 16);
    *to++ = (uint8_t)(b->bits >> 8);
    *to++ = (uint8_t)b->bits;
    b->bits = b->count = 0;
  }
  sat_buf_added(out, (size_t)(to - room));
}

size_t sat_base64_size(const struct sat_base64_count *c) {
  size_t rest = c->groups % 4;
  return c->size + c->groups / 4 * 3 + (rest > 0 ? rest - 1 : 0);
}

void sat_base64_count(struct sat_base64_count *c, const char *p, size_t n) {
  const uint8_t *rank = ranks();
  for (size_t i = 0; i < n; i++) {
    uint8_t r = rank[(uint8_t)p[i]];
    if (c->ended) { /* to the end of the line */
      const char *lf = memchr(p + i, '\n', n - i);
      if (lf == NULL) return;
      i = (size_t)(lf - p);
      c->ended = false;
    } else if (r < 64) {
      c->groups++;
    } else if (r == 64) {
      c->size = sat_base64_size(c);
      c->groups = 0;
      c->ended = true;
    }
  }
}

/* --- quoted-printable (RFC 2045 6.7) --- */

static void release(struct sat_transfer_state *t, struct sat_buf *out) {
  sat_buf_put(out, t->held, t->held_n);
  t->held_n = 0;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

/* What is held begins with white space, which goes if the line ends, or with
** '='.  True if c was used up. */
static bool quoted_held(struct sat_transfer_state *t, struct sat_buf *out,
                        char c) {
  bool escape = t->held[0] == '=';
  if (escape && t->held_n == 2 && sat_hex_value(t->held[1]) >= 0) {
    if (sat_hex_value(c) < 0) {
      release(t, out);
      return false;
    }
    sat_buf_u8(out, (uint32_t)(sat_hex_value(t->held[1]) << 4 |
                               sat_hex_value(c)));
    t->held_n = 0;
    return true;
  }
  if (escape && t->held_n == 1 && sat_hex_value(c) >= 0) {
    t->held[t->held_n++] = c;
    return true;
  }
  if (c == '\n') { /* white space at the end of a line; a soft line break */
    bool cr = t->held[t->held_n - 1] == '\r';
    t->held_n = 0;
    if (!escape) sat_buf_put(out, cr ? "\r\n" : "\n", cr ? 2 : 1);
    return true;
  }
  bool after_cr = t->held[t->held_n - 1] == '\r';
  if (!after_cr && (is_blank(c) || c == '\r') &&
      t->held_n < sizeof t->held) {
    t->held[t->held_n++] = c;
    return true;
  }
  release(t, out);
  return false;
}

static void quoted_feed(struct sat_transfer_state *t, struct sat_buf *out,
                        const char *p, size_t n) {
  const char *end = p + n;
  while (p < end) {
    if (t->held_n > 0) {
      if (quoted_held(t, out, *p)) p++;
      continue;
    }
    const char *run = p;
    while (p < end && *p != '=' &&
           (!is_blank(*p) || (p + 1 < end && p[1] > ' ' && p[1] != '=')))
      p++;
    sat_buf_put(out, run, (size_t)(p - run));
    if (p < end) t->held[t->held_n++] = *p++;
  }
}

/* --- uuencode --- */

static void uu_line(struct sat_transfer_state *t, struct sat_buf *out) {
  struct sat_slice line = {t->held, t->held_n};
  while (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
  if (!t->begun) {
    t->begun = sat_slice_begins(line, "begin ");
    /* content without a begin line: a full line of it */
    if (t->begun || line.n != 61 || line.p[0] != 'M') return;
    t->begun = true;
  }
  if (sat_slice_is(line, "end") || line.n == 0) {
    if (line.n > 0) t->ended = true;
    return;
  }
  size_t bytes = (size_t)((line.p[0] - ' ') & 63);
  for (size_t i = 1, left = bytes; left > 0 && i < line.n; i += 4) {
    unsigned v[4];
    for (size_t k = 0; k < 4; k++)
      v[k] = i + k < line.n ? (unsigned)((line.p[i + k] - ' ') & 63) : 0;
    uint8_t three[3] = {(uint8_t)(v[0] << 2 | v[1] >> 4),
                        (uint8_t)(v[1] << 4 | v[2] >> 2),
                        (uint8_t)(v[2] << 6 | v[3])};
    size_t some = left < 3 ? left : 3;
    sat_buf_put(out, three, some);
    left -= some;
  }
}

static void uu_feed(struct sat_transfer_state *t, struct sat_buf *out,
                    const char *p, size_t n) {
  for (size_t i = 0; i < n && !t->ended; i++) {
    if (p[i] == '\n') {
      uu_line(t, out);
      t->held_n = 0;
    } else if (t->held_n < sizeof t->held) {
      t->held[t->held_n++] = p[i];
    }
  }
}

/* --- encoding --- */

static bool has_high(const char *p, size_t n) {
  unsigned char all = 0;
  for (size_t i = 0; i < n; i++) all |= (unsigned char)p[i];
  return all > 127;
}

static size_t line_length(const char *p, size_t n) {
  size_t i = 0;
  while (i < n && p[i] != '\r' && p[i] != '\n') i++;
  return i;
}

/* CR, LF and CRLF become CRLF; a CR at the end is held, for LF may follow */
static void plain_lines(struct sat_transfer_state *t, struct sat_buf *out,
                        const char *p, size_t n) {
  if (t->held_n > 0) {
    sat_buf_put(out, "\r\n", 2);
    t->held_n = 0;
    if (*p == '\n') p++, n--;
  }
  while (n > 0) {
    size_t line = line_length(p, n), used = line + 1;
    sat_buf_put(out, p, line);
    if (line == n) return;
    if (p[line] == '\r' && used == n) {
      t->held_n = 1;
      return;
    }
    if (p[line] == '\r' && p[used] == '\n') used++;
    sat_buf_put(out, "\r\n", 2);
    p += used;
    n -= used;
  }
}

#define BASE64_LINE 57 /* bytes of a line of 76 characters */

/* `held` has what does not yet fill a line */
static void base64_lines(struct sat_transfer_state *t, struct sat_buf *out,
                         const char *p, size_t n, bool last) {
  sat_buf_reserve(out, n / BASE64_LINE * 78 + 160);
  while (t->held_n + n >= BASE64_LINE || (last && t->held_n + n > 0)) {
    size_t more = BASE64_LINE - t->held_n;
    if (more > n) more = n;
    if (t->held_n > 0) {
      if (more > 0) memcpy(t->held + t->held_n, p, more);
      sat_base64_encode(out, t->held, t->held_n + more);
      t->held_n = 0;
    } else {
      sat_base64_encode(out, p, more);
    }
    sat_buf_put(out, "\r\n", 2);
    p = more > 0 ? p + more : p;
    n -= more;
  }
  if (n > 0) memcpy(t->held + t->held_n, p, n);
  t->held_n += (unsigned)n;
}

#define QUOTED_LINE 75 /* and the '=' of a soft line break */

static void quoted_soft(struct sat_transfer_state *t, struct sat_buf *out,
                        unsigned width) {
  if (t->column + width <= QUOTED_LINE) {
    t->column += width;
    return;
  }
  sat_buf_put(out, "=\r\n", 3);
  t->column = width;
}

static void quoted_escape(struct sat_transfer_state *t, struct sat_buf *out,
                          char c) {
  static const char digits[] = "0123456789ABCDEF";
  char text[3] = {'=', digits[(unsigned char)c >> 4], digits[c & 15]};
  quoted_soft(t, out, 3);
  sat_buf_put(out, text, 3);
}

/* white space is held: at the end of a line it is written as =XX */
static void quoted_encode(struct sat_transfer_state *t, struct sat_buf *out,
                          const char *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char c = p[i];
    if (t->held_n > 0 && t->held[0] == '\r') { /* a line end, or a bare CR */
      t->held_n = 0;
      if (c != '\n') quoted_escape(t, out, '\r');
    }
    if (t->held_n > 0) {
      char blank = t->held[0];
      t->held_n = 0;
      if (c == '\n' || c == '\r') {
        quoted_escape(t, out, blank);
      } else {
        quoted_soft(t, out, 1);
        sat_buf_u8(out, (unsigned char)blank);
      }
    }
    if (c == '\n') {
      sat_buf_put(out, "\r\n", 2);
      t->column = 0;
    } else if (c == '\r' || is_blank(c)) {
      t->held[t->held_n++] = c;
    } else if (c == '=' || c < ' ' || c > '~' ||
               (t->column == 0 && (c == '.' || c == 'F'))) {
      /* '.' and "From " mean something at the start of a line elsewhere */
      quoted_escape(t, out, c);
    } else {
      quoted_soft(t, out, 1);
      sat_buf_u8(out, (unsigned char)c);
    }
  }
}

void sat_transfer_feed(struct sat_transfer_state *t, struct sat_buf *out,
                       const char *p, size_t n) {
  if (n == 0) return;
  if (t->encode && !t->high) t->high = has_high(p, n);
  switch (t->kind) {
    case SAT_TRANSFER_PLAIN:
      if (t->encode) plain_lines(t, out, p, n);
      else sat_buf_put(out, p, n);
      break;
    case SAT_TRANSFER_BASE64:
      if (t->encode) base64_lines(t, out, p, n, false);
      else sat_base64_feed(&t->base64, out, p, n);
      break;
    case SAT_TRANSFER_QUOTED:
      if (t->encode) quoted_encode(t, out, p, n);
      else quoted_feed(t, out, p, n);
      break;
    case SAT_TRANSFER_UUENCODE: uu_feed(t, out, p, n); break;
  }
}

static void finish_decoder(struct sat_transfer_state *t, struct sat_buf *out) {
  if (t->kind == SAT_TRANSFER_BASE64) {
    uint8_t last[3];
    uint8_t *end = end_group(&t->base64, last);
    sat_buf_put(out, last, (size_t)(end - last));
  } else if (t->kind == SAT_TRANSFER_QUOTED) {
    /* "=" alone, or "=\r", is a soft line break that was cut off */
    if (t->held_n > 1 && t->held[0] == '=' && t->held[1] != '\r')
      release(t, out);
    else if (t->held_n > 0 && t->held[0] != '=')
      release(t, out);
  } else if (t->kind == SAT_TRANSFER_UUENCODE && t->held_n > 0) {
    uu_line(t, out);
  }
  t->held_n = 0;
}

void sat_transfer_finish(struct sat_transfer_state *t, struct sat_buf *out) {
  if (!t->encode) {
    finish_decoder(t, out);
  } else if (t->kind == SAT_TRANSFER_BASE64) {
    base64_lines(t, out, NULL, 0, true);
  } else if (t->kind == SAT_TRANSFER_QUOTED && t->held_n > 0) {
    quoted_escape(t, out, t->held[0]);
    t->held_n = 0;
  } else if (t->kind == SAT_TRANSFER_PLAIN && t->held_n > 0) {
    sat_buf_put(out, "\r\n", 2);
    t->held_n = 0;
  }
}
