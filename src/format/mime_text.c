#include "format/mime_text.h"

#include <string.h>

#include "format/mime_uu.h"

void sat_mime_content(const struct sat_mime_part *part, struct sat_buf *out) {
  struct sat_transfer_state t = {.kind = sat_mime_transfer(part)};
  sat_transfer_feed(&t, out, part->body.p, part->body.n);
  sat_transfer_finish(&t, out);
}

/* without the files in it (mime_uu.h) */
static void put_without_uu(struct sat_buf *out, struct sat_slice text) {
  struct sat_slice before, lines, name;
  while (sat_uu_next(&text, &before, &lines, &name))
    sat_buf_put(out, before.p, before.n);
  sat_buf_put(out, text.p, text.n);
}

#define META 2048 /* bytes of a page that may say its charset */

/* what <meta … charset=x> says */
static struct sat_slice meta_charset(struct sat_slice html) {
  struct sat_slice found = {0};
  if (html.n > META) html.n = META;
  for (; html.n > 8; html.p++, html.n--) {
    if (sat_lower(*html.p) != 'c' || !sat_slice_begins(html, "charset="))
      continue;
    const char *p = html.p + 8, *end = html.p + html.n;
    while (p < end && (*p == '"' || *p == '\'')) p++;
    found.p = p;
    while (p < end && (sat_is_alnum(*p) || strchr("-_:", *p) != NULL) &&
           *p != '\0')
      p++;
    found.n = (size_t)(p - found.p);
    return found;
  }
  return found;
}

/* CRLF becomes LF, and so does a CR alone */
static void end_lines(struct sat_buf *out, size_t from) {
  if (out->n <= from || memchr(out->p + from, '\r', out->n - from) == NULL)
    return;
  size_t to = from;
  for (size_t i = from; i < out->n; i++) {
    if (out->p[i] != '\r') {
      out->p[to++] = out->p[i];
      continue;
    }
    while (i + 1 < out->n && out->p[i + 1] == '\r') i++; /* CR CR LF */
    if (i + 1 < out->n && out->p[i + 1] == '\n') continue;
    out->p[to++] = '\n';
  }
  out->n = to;
}

static void put_decoded(const struct sat_mime_item *it, struct sat_buf *out,
                        const struct sat_mime_body *b, struct sat_slice bytes) {
  struct sat_buf label = {0};
  size_t from = out->n;
  if (b->part->content_type.p != NULL)
    sat_param_text(it->charsets, &label, b->part->content_type, "charset",
                   (struct sat_slice){0});
  struct sat_slice charset = {(char *)label.p, label.n};
  if (b->html && !sat_charsets_knows(it->charsets, charset))
    charset = meta_charset(bytes);
  sat_charsets_decode(it->charsets, out, charset, bytes.p, bytes.n);
  end_lines(out, from);
  /* the last line end of a message that is one text ends the message */
  if (b->part->parent == NULL && out->n > from && out->p[out->n - 1] == '\n' &&
      sat_mime_transfer(b->part) != SAT_TRANSFER_BASE64)
    out->n--;
  if (label.failed) out->failed = true;
  sat_buf_free(&label);
}

/* one part, decoded */
static void put_body(const struct sat_mime_item *it, struct sat_buf *out,
                     const struct sat_mime_body *b) {
  struct sat_buf bytes = {0};
  enum sat_transfer kind = sat_mime_transfer(b->part);
  struct sat_slice s = b->part->body;
  if (kind != SAT_TRANSFER_PLAIN) {
    sat_mime_content(b->part, &bytes);
    s = (struct sat_slice){(char *)bytes.p, bytes.n};
  } else if (!b->html && memmem(s.p, s.n, "begin ", 6) != NULL) {
    put_without_uu(&bytes, s);
    s = (struct sat_slice){(char *)bytes.p, bytes.n};
  }
  put_decoded(it, out, b, s);
  if (bytes.failed) out->failed = true;
  sat_buf_free(&bytes);
}

/* Of several pages in one multipart/alternative the last is the best
** (RFC 2046 5.1.4); of plain text nothing is left out, for it may be a list's
** footer, but other text gives way to it. */
static bool is_chosen(const struct sat_mime_item *it,
                      const struct sat_mime_body *b) {
  bool plain = sat_mime_is(b->part, "text", "plain");
  if (b->choice == NULL || b->part->parent != b->choice || plain) return true;
  const struct sat_mime_body *o = b->html ? b->next : it->bodies;
  for (; o != NULL; o = o->next) {
    if (o->part->parent != b->choice) continue;
    if (b->html ? o->html : sat_mime_is(o->part, "text", "plain")) return false;
  }
  return true;
}

static bool has_html(const struct sat_mime_item *it,
                     const struct sat_mime_part *choice) {
  for (const struct sat_mime_body *b = it->bodies; b != NULL; b = b->next)
    if (b->html && (choice == NULL || b->choice == choice)) return true;
  return false;
}

static void end_with_line(struct sat_buf *out, size_t from) {
  if (out->n > from && out->p[out->n - 1] != '\n') sat_buf_u8(out, '\n');
}

bool sat_mime_text(const struct sat_mime_item *it, struct sat_buf *out) {
  bool any = false;
  size_t from = out->n;
  for (const struct sat_mime_body *b = it->bodies; b != NULL; b = b->next) {
    if (b->html || !is_chosen(it, b)) continue;
    if (any) end_with_line(out, from);
    put_body(it, out, b);
    any = true;
  }
  return any;
}

static void put_escaped(struct sat_buf *out, struct sat_slice s) {
  for (size_t i = 0; i < s.n; i++) {
    switch (s.p[i]) {
      case '&': sat_buf_str(out, "&amp;"); break;
      case '<': sat_buf_str(out, "&lt;"); break;
      case '>': sat_buf_str(out, "&gt;"); break;
      default: sat_buf_u8(out, (unsigned char)s.p[i]);
    }
  }
}

/* plain text between pages */
static void put_as_html(const struct sat_mime_item *it, struct sat_buf *out,
                        const struct sat_mime_body *b) {
  struct sat_buf text = {0};
  put_body(it, &text, b);
  if (sat_slice_trim((struct sat_slice){(char *)text.p, text.n}).n > 0) {
    sat_buf_str(out, "<pre>");
    put_escaped(out, (struct sat_slice){(char *)text.p, text.n});
    sat_buf_str(out, "</pre>\n");
  }
  if (text.failed) out->failed = true;
  sat_buf_free(&text);
}

bool sat_mime_html(const struct sat_mime_item *it, struct sat_buf *out) {
  size_t from = out->n;
  if (!has_html(it, NULL)) return false;
  for (const struct sat_mime_body *b = it->bodies; b != NULL; b = b->next) {
    if (!is_chosen(it, b)) continue;
    if (b->html) {
      if (out->n > from) end_with_line(out, from);
      put_body(it, out, b);
    } else if (b->choice == NULL || !has_html(it, b->choice)) {
      if (out->n > from) end_with_line(out, from);
      put_as_html(it, out, b);
    }
  }
  return true;
}
