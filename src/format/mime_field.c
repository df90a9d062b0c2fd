#include "format/mime_field.h"

#include <string.h>

#include "format/mime_date.h"
#include "format/mime_word.h"

static struct sat_slice value_of(const struct sat_mime_item *it,
                                 const char *name) {
  return sat_mime_field(it->tree.root, name);
}

bool sat_mime_field_text(const struct sat_mime_item *it, const char *name,
                         struct sat_buf *out) {
  struct sat_slice value = value_of(it, name);
  if (value.p == NULL) return false;
  sat_word_decode(it->charsets, out, value, it->charset);
  return true;
}

struct sat_address *sat_mime_field_addresses(const struct sat_mime_item *it,
                                             const char *name, size_t most,
                                             struct sat_arena *a) {
  const struct sat_headers *h = &it->tree.root->headers;
  struct sat_address *first = NULL, **end = &first;
  for (size_t i = 0; i < h->n && most > 0; i++) {
    if (!sat_slice_is(h->list[i].name, name)) continue;
    *end = sat_addresses_read(it->charsets, h->list[i].value, it->charset, most,
                              a);
    for (; *end != NULL; end = &(*end)->next) most--;
  }
  return first;
}

bool sat_mime_field_ids(const struct sat_mime_item *it, const char *name,
                        size_t most, struct sat_buf *out) {
  struct sat_slice s = value_of(it, name);
  size_t found = 0;
  while (s.n > 0 && found < most) {
    const char *from = sat_slice_find(s, '<');
    if (from == NULL) break;
    struct sat_slice rest = {from, (size_t)(s.p + s.n - from)};
    const char *to = sat_slice_find(rest, '>');
    if (to == NULL) break;
    if (found++ > 0) sat_buf_u8(out, ' ');
    for (const char *p = from; p <= to; p++)
      if (*p > ' ' && *p != 127) sat_buf_u8(out, (unsigned char)*p);
    s = (struct sat_slice){to + 1, (size_t)(s.p + s.n - to - 1)};
  }
  if (found > 0 || most > 1) return found > 0;
  /* an id without its brackets */
  s = sat_slice_trim(value_of(it, name));
  if (s.n == 0) return false;
  if (sat_slice_find(s, '@') == NULL) return false;
  sat_buf_u8(out, '<');
  for (size_t i = 0; i < s.n && !sat_is_space(s.p[i]); i++)
    if (s.p[i] > ' ' && s.p[i] != '<' && s.p[i] != '>' && s.p[i] != 127)
      sat_buf_u8(out, (unsigned char)s.p[i]);
  sat_buf_u8(out, '>');
  return true;
}

bool sat_mime_sent(const struct sat_mime_item *it, int64_t *time_r) {
  return sat_date_read(value_of(it, "date"), time_r) ||
         sat_date_read(value_of(it, "resent-date"), time_r);
}

bool sat_mime_received(const struct sat_mime_item *it, int64_t *time_r) {
  struct sat_slice s = value_of(it, "received");
  const char *at = s.n > 0 ? memrchr(s.p, ';', s.n) : NULL;
  if (at == NULL) return sat_date_read(value_of(it, "delivery-date"), time_r);
  s.n -= (size_t)(at + 1 - s.p);
  s.p = at + 1;
  return sat_date_read(s, time_r);
}

/* [MS-OXCMAIL] 2.1.3.2.2; X-Priority is 1 to 5, 3 is normal */
const char *sat_mime_importance(const struct sat_mime_item *it) {
  struct sat_slice s = sat_param_word(value_of(it, "importance"));
  if (s.n == 0) s = sat_param_word(value_of(it, "x-msmail-priority"));
  if (sat_slice_is(s, "high")) return "high";
  if (sat_slice_is(s, "low")) return "low";
  if (s.n > 0) return "normal";
  s = sat_param_word(value_of(it, "x-priority"));
  if (s.n > 0 && (*s.p == '1' || *s.p == '2')) return "high";
  if (s.n > 0 && (*s.p == '4' || *s.p == '5')) return "low";
  s = sat_param_word(value_of(it, "priority"));
  if (sat_slice_is(s, "urgent")) return "high";
  return sat_slice_is(s, "non-urgent") ? "low" : "normal";
}

/* [MS-OXCMAIL] 2.1.3.2.3 */
const char *sat_mime_sensitivity(const struct sat_mime_item *it) {
  struct sat_slice s = sat_param_word(value_of(it, "sensitivity"));
  if (sat_slice_is(s, "personal")) return "personal";
  if (sat_slice_is(s, "private")) return "private";
  if (sat_slice_is(s, "company-confidential")) return "confidential";
  return sat_slice_is(s, "confidential") ? "confidential" : "normal";
}

/* a word, or a quoted string; *rest moves behind the comma */
static struct sat_slice next_keyword(struct sat_slice *rest) {
  size_t i = 0;
  bool quote = false;
  for (; i < rest->n && (quote || rest->p[i] != ','); i++) {
    if (rest->p[i] == '"') quote = !quote;
    if (rest->p[i] == '\\' && quote) i++;
  }
  if (i > rest->n) i = rest->n;
  struct sat_slice word = sat_slice_trim((struct sat_slice){rest->p, i});
  if (i < rest->n) i++;
  rest->p += i;
  rest->n -= i;
  return word;
}

static void put_unquoted(struct sat_buf *out, struct sat_slice s) {
  for (size_t i = 1; i + 1 < s.n; i++) {
    if (s.p[i] == '\\' && i + 2 < s.n) i++;
    sat_buf_u8(out, (unsigned char)s.p[i]);
  }
}

bool sat_mime_keyword(const struct sat_mime_item *it, struct sat_slice *rest,
                      struct sat_buf *out) {
  while (rest->n > 0) {
    struct sat_slice word = next_keyword(rest);
    struct sat_buf plain = {0};
    if (word.n > 1 && *word.p == '"' && word.p[word.n - 1] == '"') {
      put_unquoted(&plain, word);
      word = (struct sat_slice){(char *)plain.p, plain.n};
    }
    size_t from = out->n;
    if (word.n > 0) sat_word_decode(it->charsets, out, word, it->charset);
    sat_buf_free(&plain);
    if (out->n > from) return true;
  }
  return false;
}
