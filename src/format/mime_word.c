#include "format/mime_word.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "format/mime_transfer.h"

/* an encoded word, taken apart */
struct word {
  struct sat_slice charset, text;
  char encoding; /* 'b' or 'q' */
  size_t length; /* of all of it */
};

/* what is being decoded: the bytes of adjacent words in one charset */
struct pending {
  struct sat_charsets *charsets;
  struct sat_buf *out;
  struct sat_buf bytes;
  struct sat_slice charset; /* of `bytes`; p is NULL: none */
  struct sat_base64 base64;
};

static bool is_charset_char(char c) {
  return sat_is_alnum(c) || (c != '\0' && strchr("-_.:+*()'", c) != NULL);
}

/* "charset?e?" at s, which begins behind "=?" */
static bool read_head(struct sat_slice s, struct word *w) {
  size_t i = 0;
  while (i < s.n && is_charset_char(s.p[i])) i++;
  if (i == 0 || i + 3 > s.n || s.p[i] != '?' || s.p[i + 2] != '?') return false;
  w->charset = (struct sat_slice){s.p, i};
  w->encoding = sat_lower(s.p[i + 1]);
  if (w->encoding != 'b' && w->encoding != 'q') return false;
  w->text = (struct sat_slice){s.p + i + 3, s.n - i - 3};
  return true;
}

/* Cuts the text at "?=".  A word that ends nowhere goes to the end of the
** value if nothing in it contradicts. */
static bool read_text(struct word *w) {
  struct sat_slice s = w->text;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '?' && i + 1 < s.n && s.p[i + 1] == '=') {
      w->text.n = i;
      return true;
    }
    /* the start of another one: this one is not closed */
    if (s.p[i] == '=' && i + 1 < s.n && s.p[i + 1] == '?' && i > 0) {
      if (!sat_is_space(s.p[i - 1])) continue;
      w->text.n = i;
      w->text = sat_slice_trim(w->text);
      return true;
    }
  }
  w->text = sat_slice_trim(s);
  if (w->text.n > 0 && w->text.p[w->text.n - 1] == '?') w->text.n--;
  return w->text.n > 0;
}

/* the word at s, which begins with "=?" */
static bool read_word(struct sat_slice s, struct word *w) {
  struct sat_slice head = {s.p + 2, s.n - 2};
  if (!read_head(head, w) || !read_text(w)) return false;
  const char *end = w->text.p + w->text.n;
  size_t left = (size_t)(s.p + s.n - end);
  if (left >= 2 && end[0] == '?' && end[1] == '=') end += 2;
  else if (left == 1 && end[0] == '?') end += 1;
  w->length = (size_t)(end - s.p);
  return true;
}

size_t sat_word_length(struct sat_slice s) {
  struct word w;
  if (s.n < 8 || s.p[0] != '=' || s.p[1] != '?') return 0;
  struct sat_slice head = {s.p + 2, s.n - 2};
  if (!read_head(head, &w)) return 0;
  for (size_t i = 0; i + 1 < w.text.n; i++) {
    if (sat_is_space(w.text.p[i])) return 0;
    if (w.text.p[i] == '?' && w.text.p[i + 1] == '=')
      return (size_t)(w.text.p + i + 2 - s.p);
  }
  return 0;
}

/* RFC 2047 4.2; what is no =XX stands for itself */
static void put_q(struct sat_buf *out, struct sat_slice s) {
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '=' && i + 2 < s.n && sat_hex_value(s.p[i + 1]) >= 0 &&
        sat_hex_value(s.p[i + 2]) >= 0) {
      sat_buf_u8(out, (uint32_t)(sat_hex_value(s.p[i + 1]) << 4 |
                                 sat_hex_value(s.p[i + 2])));
      i += 2;
    } else if (c == '_') {
      sat_buf_u8(out, ' ');
    } else if (c != '\r' && c != '\n') {
      sat_buf_u8(out, (unsigned char)c);
    }
  }
}

/* Appends text without what could end a header. */
static void put_clean(struct sat_buf *out, const char *p, size_t n) {
  for (size_t i = 0; i < n; i++) {
    char c = p[i];
    if (c == '\0') continue;
    sat_buf_u8(out, c == '\r' || c == '\n' ? ' ' : (unsigned char)c);
  }
}

/* cleans what was appended since `from` */
static void clean_from(struct sat_buf *out, size_t from) {
  size_t to = from;
  for (size_t i = from; i < out->n; i++) {
    if (out->p[i] == 0) continue;
    out->p[to++] = out->p[i] == '\r' || out->p[i] == '\n' ? ' ' : out->p[i];
  }
  out->n = to;
}

static void flush(struct pending *w) {
  if (w->charset.p == NULL) return;
  size_t from = w->out->n;
  sat_charsets_decode(w->charsets, w->out, w->charset, (char *)w->bytes.p,
                      w->bytes.n);
  clean_from(w->out, from);
  sat_buf_clear(&w->bytes);
  w->base64 = (struct sat_base64){0};
  w->charset.p = NULL;
}

static bool same_charset(struct sat_slice a, struct sat_slice b) {
  if (a.p == NULL || a.n != b.n) return false;
  for (size_t i = 0; i < a.n; i++)
    if (sat_lower(a.p[i]) != sat_lower(b.p[i])) return false;
  return true;
}

static void take_word(struct pending *pending, const struct word *w) {
  if (!same_charset(pending->charset, w->charset)) flush(pending);
  pending->charset = w->charset;
  pending->base64.ended = false;
  if (w->encoding == 'b') {
    sat_base64_feed(&pending->base64, &pending->bytes, w->text.p, w->text.n);
  } else {
    pending->base64 = (struct sat_base64){0};
    put_q(&pending->bytes, w->text);
  }
}

/* text between words; folding is a space */
static void put_plain(struct pending *w, struct sat_slice s,
                      struct sat_slice charset) {
  size_t from = w->out->n;
  bool high = false, escape = false;
  for (size_t i = 0; i < s.n; i++) {
    high = high || (unsigned char)s.p[i] >= 0x80;
    escape = escape || s.p[i] == 0x1b;
  }
  if (!high && !escape) {
    put_clean(w->out, s.p, s.n);
  } else {
    if (high && sat_text_is_utf8(s.p, s.n)) charset = sat_slice_of("utf-8");
    sat_charsets_decode(w->charsets, w->out, charset, s.p, s.n);
    clean_from(w->out, from);
  }
  /* CRLF and the white space that follows are one space */
  size_t to = from;
  for (size_t i = from; i < w->out->n; i++) {
    uint8_t c = w->out->p[i] == '\t' ? ' ' : w->out->p[i];
    w->out->p[to++] = c;
  }
  w->out->n = to;
}

static bool is_blank(struct sat_slice s) {
  return sat_slice_trim(s).n == 0;
}

/* folded lines become one, where a space stands for each fold */
static void unfold(struct sat_buf *out, struct sat_slice s) {
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c != '\r' && c != '\n') {
      if (c != '\0') sat_buf_u8(out, (unsigned char)c);
      continue;
    }
    while (i + 1 < s.n && sat_is_space(s.p[i + 1])) i++;
    sat_buf_u8(out, ' ');
  }
}

static void decode_unfolded(struct pending *w, struct sat_slice s,
                            struct sat_slice charset) {
  size_t plain = 0, i = 0;
  bool after_word = false;
  struct word word;
  while (i + 1 < s.n) {
    const char *at = memchr(s.p + i, '=', s.n - i - 1);
    if (at == NULL) break;
    i = (size_t)(at - s.p);
    struct sat_slice rest = {at, s.n - i};
    if (rest.n < 6 || at[1] != '?' || !read_word(rest, &word)) {
      i++;
      continue;
    }
    struct sat_slice between = {s.p + plain, i - plain};
    if (!after_word || !is_blank(between)) {
      flush(w);
      put_plain(w, between, charset);
    }
    take_word(w, &word);
    after_word = true;
    i += word.length;
    plain = i;
  }
  flush(w);
  struct sat_slice rest = {s.p + plain, s.n - plain};
  put_plain(w, rest, charset);
}

static bool is_simple(struct sat_slice s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (c < 0x20 || c >= 0x7f || (c == '=' && i + 1 < s.n && s.p[i + 1] == '?'))
      return false;
  }
  return true;
}

void sat_word_decode(struct sat_charsets *c, struct sat_buf *out,
                     struct sat_slice value, struct sat_slice charset) {
  value = sat_slice_trim(value);
  if (is_simple(value)) {
    sat_buf_put(out, value.p, value.n);
    return;
  }
  struct pending pending = {.charsets = c, .out = out};
  struct sat_buf flat = {0};
  size_t from = out->n;
  unfold(&flat, value);
  struct sat_slice all = {(char *)flat.p, flat.n};
  if (all.n > 0) decode_unfolded(&pending, all, charset);
  while (out->n > from && out->p[out->n - 1] == ' ') out->n--;
  if (flat.failed || pending.bytes.failed) out->failed = true;
  sat_buf_free(&flat);
  sat_buf_free(&pending.bytes);
}
