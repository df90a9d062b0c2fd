#include "wire/dots.h"

#include <string.h>

/* up to the first byte that needs a look: CR, LF, or a dot in front */
static size_t plain_run(const uint8_t *p, size_t n) {
  const uint8_t *lf = memchr(p, '\n', n);
  const uint8_t *cr = memchr(p, '\r', lf ? (size_t)(lf - p) : n);
  return cr ? (size_t)(cr - p) : lf ? (size_t)(lf - p) : n;
}

static void end_line(struct sat_dots_writer *w, struct sat_buf *out) {
  sat_buf_put(out, "\r\n", 2);
  w->cr = w->inside = false;
}

void sat_dots_write(struct sat_dots_writer *w, struct sat_buf *out,
                    const void *text, size_t n) {
  const uint8_t *p = text, *end = p + n;
  while (p < end) {
    size_t run;
    if (w->cr || *p == '\n') {
      p += *p == '\n';
      end_line(w, out);
      continue;
    }
    if (*p == '\r') {
      w->cr = true;
      p++;
      continue;
    }
    if (w->stuff && !w->inside && *p == '.') sat_buf_put(out, ".", 1);
    run = plain_run(p, (size_t)(end - p));
    sat_buf_put(out, p, run);
    w->inside = true;
    p += run;
  }
}

void sat_dots_end(struct sat_dots_writer *w, struct sat_buf *out) {
  if (w->inside || w->cr) end_line(w, out);
  if (w->stuff) sat_buf_put(out, ".\r\n", 3);
}

/* A run of text in lines, up to a CR that could lead to the end: bytes are
** copied as they are while no line among them begins with a dot. */
static size_t read_text(struct sat_dots_reader *r, struct sat_buf *out,
                        const uint8_t *p, size_t n) {
  const uint8_t *at = p, *end = p + n;
  while (at < end) {
    const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
    if (lf == NULL) break;
    at = lf + 1;
    if (lf == p || lf[-1] != '\r') continue;
    if (at < end && *at != '.') continue;
    sat_buf_put(out, p, (size_t)(at - p));
    r->state = SAT_DOTS_LINE;
    return (size_t)(at - p);
  }
  sat_buf_put(out, p, n);
  r->state = p[n - 1] == '\r' ? SAT_DOTS_CR : SAT_DOTS_TEXT;
  return n;
}

/* one byte behind a CR: a LF ends the line */
static void after_cr(struct sat_dots_reader *r, struct sat_buf *out,
                     uint8_t c) {
  sat_buf_put(out, &c, 1);
  r->state = c == '\n'   ? SAT_DOTS_LINE
             : c == '\r' ? SAT_DOTS_CR
                         : SAT_DOTS_TEXT;
}

/* one byte behind the dot that began a line; the dot itself is dropped */
static void after_dot(struct sat_dots_reader *r, struct sat_buf *out,
                      uint8_t c) {
  if (c == '\r') {
    r->state = SAT_DOTS_DOT_CR;
    return;
  }
  sat_buf_put(out, &c, 1);
  r->state = SAT_DOTS_TEXT;
}

static void after_dot_cr(struct sat_dots_reader *r, struct sat_buf *out,
                         uint8_t c) {
  if (c == '\n') {
    r->state = SAT_DOTS_END;
    return;
  }
  sat_buf_put(out, "\r", 1);
  after_cr(r, out, c);
}

size_t sat_dots_read(struct sat_dots_reader *r, struct sat_buf *out,
                     const void *text, size_t n) {
  const uint8_t *p = text, *end = p + n;
  while (p < end && r->state != SAT_DOTS_END) {
    switch (r->state) {
      case SAT_DOTS_LINE:
        if (*p == '.') {
          r->state = SAT_DOTS_DOT;
          p++;
          break;
        }
        /* fall through */
      case SAT_DOTS_TEXT:
        p += read_text(r, out, p, (size_t)(end - p));
        break;
      case SAT_DOTS_CR: after_cr(r, out, *p++); break;
      case SAT_DOTS_DOT: after_dot(r, out, *p++); break;
      case SAT_DOTS_DOT_CR: after_dot_cr(r, out, *p++); break;
      case SAT_DOTS_END: break;
    }
  }
  return (size_t)(p - (const uint8_t *)text);
}
