#include "format/mime_param.h"

#include <string.h>

#include "format/mime_word.h"

#define MOST_PIECES 256 /* continuations of one parameter */

struct sat_slice sat_param_word(struct sat_slice value) {
  value = sat_slice_trim(value);
  size_t i = 0;
  while (i < value.n && value.p[i] != ';' && !sat_is_space(value.p[i])) i++;
  return (struct sat_slice){value.p, i};
}

struct sat_media_type sat_media_type_of(struct sat_slice value) {
  struct sat_media_type t = {{0}, {0}};
  struct sat_slice word = sat_param_word(value);
  const char *slash = sat_slice_find(word, '/');
  if (slash == NULL) {
    t.type = word;
    return t;
  }
  t.type = (struct sat_slice){word.p, (size_t)(slash - word.p)};
  t.subtype = (struct sat_slice){slash + 1, word.n - t.type.n - 1};
  return t;
}

static bool is_end(char c) { return c == ';' || c == '"'; }

/* a quoted string at s, which begins with '"'; *s moves behind it */
static void take_quoted(struct sat_slice *s, struct sat_buf *out) {
  size_t i = 1;
  for (; i < s->n && s->p[i] != '"'; i++) {
    /* only what needs a backslash has one; else it is a folder */
    if (s->p[i] == '\\' && i + 1 < s->n &&
        (s->p[i + 1] == '"' || s->p[i + 1] == '\\'))
      i++;
    if (s->p[i] != '\r' && s->p[i] != '\n')
      sat_buf_u8(out, (unsigned char)s->p[i]);
  }
  if (i < s->n) i++;
  s->p += i;
  s->n -= i;
}

static void take_plain(struct sat_slice *s, struct sat_buf *out,
                       bool with_spaces) {
  size_t i = 0, end = 0;
  while (i < s->n && s->p[i] != ';') {
    struct sat_slice rest = {s->p + i, s->n - i};
    size_t word = sat_word_length(rest); /* may have ';' in it */
    if (word == 0 && sat_is_space(s->p[i]) && !with_spaces) break;
    i += word > 0 ? word : 1;
  }
  end = i;
  struct sat_slice text = {s->p, end};
  text = sat_slice_trim(text);
  for (size_t k = 0; k < text.n; k++)
    if (text.p[k] != '\r' && text.p[k] != '\n')
      sat_buf_u8(out, (unsigned char)text.p[k]);
  s->p += i;
  s->n -= i;
}

/* "name" and "filename", with what RFC 2231 adds */
static bool is_file_name(struct sat_slice name) {
  return sat_slice_begins(name, "name") || sat_slice_begins(name, "filename");
}

static void skip(struct sat_slice *s, bool separators) {
  while (s->n > 0 && (sat_is_space(*s->p) || (separators && is_end(*s->p))))
    s->p++, s->n--;
}

bool sat_param_next(struct sat_slice *rest, struct sat_slice *name_r,
                    struct sat_buf *value_r) {
  size_t i = 0;
  skip(rest, true);
  if (rest->n == 0) return false;
  while (i < rest->n && rest->p[i] != '=' && rest->p[i] != ';' &&
         !sat_is_space(rest->p[i]))
    i++;
  *name_r = (struct sat_slice){rest->p, i};
  rest->p += i;
  rest->n -= i;
  skip(rest, false);
  if (rest->n == 0 || *rest->p != '=') return true; /* a name alone */
  rest->p++;
  rest->n--;
  skip(rest, false);
  if (rest->n > 0 && *rest->p == '"') take_quoted(rest, value_r);
  else take_plain(rest, value_r, is_file_name(*name_r));
  return true;
}

/* Which piece of a parameter a name is: "name" -1, "name*" 0 with *coded_r,
** "name*3*" 3; -2: of another one. */
static int piece_of(struct sat_slice name, const char *wanted, bool *coded_r) {
  size_t n = strlen(wanted), i = n;
  int number = 0;
  if (!sat_slice_begins(name, wanted)) return -2;
  *coded_r = false;
  if (name.n == n) return -1;
  if (name.p[i++] != '*') return -2;
  *coded_r = name.p[name.n - 1] == '*';
  if (i == name.n) return 0;
  for (; i < name.n && sat_is_digit(name.p[i]) && number < 100000; i++)
    number = number * 10 + (name.p[i] - '0');
  return i == name.n || (i + 1 == name.n && *coded_r) ? number : -2;
}

/* RFC 2231 4: %XX */
static void put_percent(struct sat_buf *out, const char *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    int hi = i + 2 < n ? sat_hex_value(p[i + 1]) : -1;
    int lo = i + 2 < n ? sat_hex_value(p[i + 2]) : -1;
    if (p[i] == '%' && hi >= 0 && lo >= 0) {
      sat_buf_u8(out, (uint32_t)(hi << 4 | lo));
      i += 2;
    } else {
      sat_buf_u8(out, (unsigned char)p[i]);
    }
  }
}

/* a parameter in pieces: their bytes, and the charset of the first */
struct pieces {
  struct sat_buf bytes, charset;
  bool coded; /* the first one names a charset */
};

static void take_piece(struct pieces *w, int number, bool coded,
                       const struct sat_buf *value) {
  const char *p = (const char *)value->p, *text = p;
  size_t n = value->n;
  if (number == 0 && coded) {
    const char *first = n > 0 ? memchr(p, '\'', n) : NULL;
    const char *second =
        first != NULL ? memchr(first + 1, '\'', (size_t)(p + n - first - 1))
                      : NULL;
    w->coded = true;
    if (second != NULL) {
      sat_buf_put(&w->charset, p, (size_t)(first - p));
      text = second + 1;
      n -= (size_t)(text - p);
    }
  }
  if (coded) put_percent(&w->bytes, text, n);
  else sat_buf_put(&w->bytes, text, n);
}

/* the bytes of piece `wanted` of a parameter; true if it is there */
static bool find_piece(struct sat_slice params, const char *name, int wanted,
                       struct sat_buf *value, bool *coded_r) {
  struct sat_slice at;
  sat_buf_clear(value);
  while (sat_param_next(&params, &at, value)) {
    if (piece_of(at, name, coded_r) == wanted) return true;
    sat_buf_clear(value);
  }
  return false;
}

static void collect(struct pieces *w, struct sat_slice params,
                    const char *name) {
  struct sat_buf value = {0};
  bool coded = false;
  for (int i = 0; i < MOST_PIECES; i++) {
    if (!find_piece(params, name, i, &value, &coded)) {
      if (i > 0) break;
      continue; /* some count from 1 */
    }
    take_piece(w, i, coded, &value);
  }
  sat_buf_free(&value);
}

static bool put_pieces(struct sat_charsets *c, struct sat_buf *out,
                       struct sat_slice params, const char *name,
                       struct sat_slice charset) {
  struct pieces w = {0};
  collect(&w, params, name);
  bool any = w.bytes.n > 0;
  struct sat_slice bytes = {(char *)w.bytes.p, w.bytes.n};
  if (any && !w.coded) {
    sat_word_decode(c, out, bytes, charset);
  } else if (any) {
    size_t from = out->n, to = from;
    if (w.charset.n > 0)
      charset = (struct sat_slice){(char *)w.charset.p, w.charset.n};
    sat_charsets_decode(c, out, charset, bytes.p, bytes.n);
    for (size_t i = from; i < out->n; i++)
      if (out->p[i] != 0 && out->p[i] != '\r' && out->p[i] != '\n')
        out->p[to++] = out->p[i];
    out->n = to;
  }
  sat_buf_free(&w.bytes);
  sat_buf_free(&w.charset);
  return any;
}

bool sat_param_text(struct sat_charsets *c, struct sat_buf *out,
                    struct sat_slice value, const char *name,
                    struct sat_slice charset) {
  struct sat_slice word = sat_param_word(value);
  if (word.p == NULL) return false;
  struct sat_slice params = {word.p + word.n,
                             (size_t)(value.p + value.n - word.p - word.n)};
  struct sat_buf plain = {0};
  bool coded, found = false;
  if (sat_slice_find(params, '*') != NULL)
    found = put_pieces(c, out, params, name, charset);
  if (!found && find_piece(params, name, -1, &plain, &coded)) {
    struct sat_slice text = {(char *)plain.p, plain.n};
    found = true;
    if (plain.n > 0) sat_word_decode(c, out, text, charset);
  }
  sat_buf_free(&plain);
  return found;
}
