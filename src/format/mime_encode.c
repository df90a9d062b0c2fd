#include "format/mime_encode.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "format/mime_idn.h"

#define LINE 76
#define LONGEST_WORD 900 /* that no line end may divide; RFC 5322 2.1.1 */
#define WORD_TEXT 63     /* of the 75 of an encoded word, "=?UTF-8?Q??=" */

static void refuse(struct sat_line *f, const char *what) {
  sat_error_set(f->err, SAT_E_INVALID, "header: %s", what);
}

/* what must not be in a field at all */
static bool is_clean(struct sat_line *f, struct sat_slice s) {
  for (size_t i = 0; i < s.n; i++)
    if (s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\0') {
      refuse(f, "a value has a line break or NUL in it");
      return false;
    }
  if (sat_text_is_utf8(s.p, s.n)) return true;
  refuse(f, "a value is not UTF-8");
  return false;
}

static void put(struct sat_line *f, const char *p, size_t n) {
  sat_buf_put(f->out, p, n);
  f->column += n;
}

/* A blank before a word of n characters: a line end where it would be too
** long for the line. */
static void put_blank(struct sat_line *f, size_t n) {
  if (f->column + 1 + n > LINE && f->column > 1) {
    sat_buf_put(f->out, "\r\n", 2);
    f->column = 0;
  }
  put(f, " ", 1);
}

void sat_line_begin(struct sat_line *f, struct sat_slice name) {
  f->column = 0;
  for (size_t i = 0; i < name.n; i++)
    if (name.p[i] <= ' ' || name.p[i] > '~' || name.p[i] == ':') {
      refuse(f, "a name has a character that names have not");
      return;
    }
  if (name.n == 0 || name.n > LINE) refuse(f, "a name is empty or too long");
  put(f, name.p, name.n);
  put(f, ":", 1);
}

void sat_line_end(struct sat_line *f) { sat_buf_put(f->out, "\r\n", 2); }

/* --- encoded words --- */

/* RFC 2047 5 (3): the narrow set, for names; text may have more */
static bool is_plain_q(char c, bool narrow) {
  if (sat_is_alnum(c)) return true;
  if (c <= ' ' || c > '~') return false;
  return narrow ? strchr("!*+-/", c) != NULL : strchr("=?_", c) == NULL;
}

static size_t q_size(struct sat_slice s, bool narrow) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++)
    n += is_plain_q(s.p[i], narrow) || s.p[i] == ' ' ? 1 : 3;
  return n;
}

/* bytes of the character at s */
static size_t character(struct sat_slice s) {
  uint32_t c;
  size_t n = sat_text_next(s.p, s.n, &c);
  return n > 0 ? n : 1;
}

/* as many whole characters as an encoded word holds */
static struct sat_slice word_part(struct sat_slice s, bool q, bool narrow) {
  size_t n = 0, size = 0;
  while (n < s.n) {
    struct sat_slice rest = {s.p + n, s.n - n};
    size_t one = character(rest);
    struct sat_slice c = {rest.p, one};
    size += q ? q_size(c, narrow) : one;
    if (size > (q ? WORD_TEXT : WORD_TEXT / 4 * 3)) break;
    n += one;
  }
  return (struct sat_slice){s.p, n};
}

static void put_q(struct sat_buf *out, struct sat_slice s, bool narrow) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    char hex[3] = {'=', digits[(unsigned char)c >> 4], digits[c & 15]};
    if (c == ' ') sat_buf_u8(out, '_');
    else if (is_plain_q(c, narrow)) sat_buf_u8(out, (unsigned char)c);
    else sat_buf_put(out, hex, 3);
  }
}

/* text as encoded words, the shorter of the two kinds */
static void put_encoded(struct sat_line *f, struct sat_slice s, bool narrow) {
  bool q = q_size(s, narrow) <= (s.n + 2) / 3 * 4;
  while (s.n > 0) {
    struct sat_slice part = word_part(s, q, narrow);
    size_t size = q ? q_size(part, narrow) : (part.n + 2) / 3 * 4;
    put_blank(f, size + 12);
    sat_buf_str(f->out, q ? "=?UTF-8?Q?" : "=?UTF-8?B?");
    if (q) put_q(f->out, part, narrow);
    else sat_base64_encode(f->out, part.p, part.n);
    sat_buf_str(f->out, "?=");
    f->column += size + 12;
    s.p += part.n;
    s.n -= part.n;
  }
}

/* --- unstructured text --- */

static bool needs_encoding(const struct sat_line *f, struct sat_slice word) {
  if (word.n > LONGEST_WORD) return true;
  for (size_t i = 0; i < word.n; i++) {
    unsigned char c = (unsigned char)word.p[i];
    if (c < ' ' || c == 127 || (c >= 0x80 && !f->utf8)) return true;
    if (c == '=' && i + 1 < word.n && word.p[i + 1] == '?') return true;
  }
  return false;
}

/* blanks that folding would lose: at the ends, or several together */
static bool has_odd_blanks(struct sat_slice s) {
  if (s.n == 0) return false;
  if (s.p[0] == ' ' || s.p[s.n - 1] == ' ') return true;
  for (size_t i = 0; i + 1 < s.n; i++)
    if (s.p[i] == ' ' && s.p[i + 1] == ' ') return true;
  return memchr(s.p, '\t', s.n) != NULL;
}

static struct sat_slice next_word(struct sat_slice s) {
  size_t n = 0;
  while (n < s.n && s.p[n] != ' ') n++;
  return (struct sat_slice){s.p, n};
}

/* words to be encoded that follow each other, with the blanks between */
static struct sat_slice encoded_run(const struct sat_line *f,
                                    struct sat_slice s) {
  size_t end = next_word(s).n;
  while (end < s.n) {
    struct sat_slice next = {s.p + end + 1, s.n - end - 1};
    next = next_word(next);
    if (!needs_encoding(f, next)) break;
    end += 1 + next.n;
  }
  return (struct sat_slice){s.p, end};
}

void sat_line_text(struct sat_line *f, struct sat_slice text) {
  if (!is_clean(f, text)) return;
  if (has_odd_blanks(text)) {
    put_encoded(f, text, false);
    return;
  }
  while (text.n > 0) {
    struct sat_slice word = next_word(text);
    if (needs_encoding(f, word)) {
      word = encoded_run(f, text);
      put_encoded(f, word, false);
    } else {
      put_blank(f, word.n);
      put(f, word.p, word.n);
    }
    size_t used = word.n < text.n ? word.n + 1 : word.n;
    text.p += used;
    text.n -= used;
  }
}

void sat_line_words(struct sat_line *f, struct sat_slice words) {
  if (!is_clean(f, words)) return;
  for (;;) {
    words = sat_slice_trim(words);
    if (words.n == 0) return;
    struct sat_slice word = next_word(words);
    for (size_t i = 0; i < word.n; i++)
      if ((unsigned char)word.p[i] <= ' ' || word.p[i] == 127 ||
          ((unsigned char)word.p[i] >= 0x80 && !f->utf8)) {
        refuse(f, "an id is not ASCII");
        return;
      }
    if (word.n > LONGEST_WORD) {
      sat_error_set(f->err, SAT_E_LIMIT, "header: an id is too long");
      return;
    }
    put_blank(f, word.n);
    put(f, word.p, word.n);
    words.p += word.n;
    words.n -= word.n;
  }
}

/* --- addresses --- */

/* RFC 5322 3.2.3, and UTF-8 where it may be written */
static bool is_atoms(const struct sat_line *f, struct sat_slice s) {
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if ((unsigned char)c >= 0x80 && f->utf8) continue;
    if (c == '\0') return false;
    if (!sat_is_alnum(c) && strchr("!#$%&'*+-/=?^_`{|}~ ", c) == NULL)
      return false;
  }
  return !has_odd_blanks(s);
}

static bool is_printable(const struct sat_line *f, struct sat_slice s) {
  for (size_t i = 0; i < s.n; i++) {
    unsigned char c = (unsigned char)s.p[i];
    if (c < ' ' || c == 127 || (c >= 0x80 && !f->utf8)) return false;
  }
  return true;
}

static void put_quoted(struct sat_line *f, struct sat_slice s) {
  put(f, "\"", 1);
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '"' || s.p[i] == '\\') put(f, "\\", 1);
    put(f, s.p + i, 1);
  }
  put(f, "\"", 1);
}

static bool has_encoded_mark(struct sat_slice s) {
  return s.n > 1 && memmem(s.p, s.n, "=?", 2) != NULL;
}

static void put_name(struct sat_line *f, struct sat_slice name) {
  if (!is_printable(f, name) || name.n > LONGEST_WORD / 2 ||
      has_encoded_mark(name)) {
    put_encoded(f, name, true);
  } else if (!is_atoms(f, name)) {
    put_blank(f, name.n + 2);
    put_quoted(f, name);
  } else {
    while (name.n > 0) {
      struct sat_slice word = next_word(name);
      put_blank(f, word.n);
      put(f, word.p, word.n);
      size_t used = word.n < name.n ? word.n + 1 : word.n;
      name.p += used;
      name.n -= used;
    }
  }
}

static bool is_email(struct sat_slice s) {
  const char *at = s.n > 0 ? memrchr(s.p, '@', s.n) : NULL;
  if (at == s.p || s.n == 0) return false;
  if (at != NULL && at + 1 == s.p + s.n) return false;
  bool quoted = *s.p == '"';
  for (size_t i = 0; i < s.n; i++) {
    bool in_quotes = quoted && at != NULL && s.p + i < at;
    if ((unsigned char)s.p[i] < ' ' || s.p[i] == 127) return false;
    if (!in_quotes && strchr(" <>,;()\"", s.p[i]) != NULL) return false;
  }
  return true;
}

static void put_email(struct sat_line *f, struct sat_slice email,
                      bool brackets) {
  struct sat_buf text = {0};
  if (!is_email(email) || email.n > LONGEST_WORD) {
    refuse(f, "an address is none");
    return;
  }
  sat_buf_put(&text, email.p, email.n);
  if (!f->utf8 && !sat_idn_to_ascii(&text))
    sat_error_set(f->err, SAT_E_UNSUPPORTED,
                  "header: the address '%.*s' needs a server that takes UTF-8 "
                  "(SMTPUTF8)",
                  (int)(email.n < 200 ? email.n : 200), email.p);
  put_blank(f, text.n + (brackets ? 2 : 0));
  if (brackets) put(f, "<", 1);
  put(f, (char *)text.p, text.n);
  if (brackets) put(f, ">", 1);
  sat_buf_free(&text);
}

void sat_line_address(struct sat_line *f, struct sat_slice name,
                       struct sat_slice email, bool first) {
  if (!is_clean(f, name) || !is_clean(f, email)) return;
  if (!first) put(f, ",", 1);
  if (name.n > 0) put_name(f, name);
  if (email.n > 0) put_email(f, email, name.n > 0);
}

/* --- parameters --- */

static bool is_token(struct sat_slice s) {
  for (size_t i = 0; i < s.n; i++)
    if (!sat_is_alnum(s.p[i]) &&
        (s.p[i] == '\0' || strchr("!#$&+-.^_`{|}~", s.p[i]) == NULL))
      return false;
  return s.n > 0;
}

/* RFC 2231 7: what needs no % */
static bool is_attribute_char(char c) {
  return sat_is_alnum(c) || (c != '\0' && strchr("!#$&+-.^_`{|}~", c) != NULL);
}

static size_t percent_size(struct sat_slice s) {
  size_t n = 0;
  for (size_t i = 0; i < s.n; i++) n += is_attribute_char(s.p[i]) ? 1 : 3;
  return n;
}

static void put_percent(struct sat_line *f, struct sat_slice s) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    char hex[3] = {'%', digits[(unsigned char)c >> 4], digits[c & 15]};
    if (is_attribute_char(c)) put(f, &c, 1);
    else put(f, hex, 3);
  }
}

static void put_number(struct sat_line *f, unsigned number) {
  char text[12];
  size_t n = sizeof text;
  do text[--n] = (char)('0' + number % 10), number /= 10;
  while (number > 0);
  put(f, text + n, sizeof text - n);
}

/* name*0*=UTF-8''…; name*1*=…, each on a line of its own (RFC 2231 3) */
static void put_extended(struct sat_line *f, struct sat_slice name,
                         struct sat_slice value) {
  size_t room = LINE - 8 - (name.n < 40 ? name.n : 40);
  bool one = percent_size(value) + 7 <= room;
  for (unsigned i = 0; i == 0 || value.n > 0; i++) {
    struct sat_slice part = {value.p, 0};
    size_t most = i == 0 ? room - 7 : room, size = 0;
    while (part.n < value.n) {
      struct sat_slice c = {value.p + part.n, value.n - part.n};
      c.n = character(c);
      size += percent_size(c);
      if (size > most) break;
      part.n += c.n;
    }
    if (i > 0) put(f, ";", 1);
    put_blank(f, LINE);
    put(f, name.p, name.n);
    put(f, "*", 1);
    if (!one) put_number(f, i), put(f, "*", 1);
    put(f, "=", 1);
    if (i == 0) put(f, "UTF-8''", 7);
    put_percent(f, part);
    value.p += part.n;
    value.n -= part.n;
  }
}

void sat_line_param(struct sat_line *f, struct sat_slice name,
                     struct sat_slice value) {
  if (!is_clean(f, name) || !is_clean(f, value)) return;
  put(f, ";", 1);
  if (is_token(value) && name.n + value.n + 3 <= LINE) {
    put_blank(f, name.n + 1 + value.n);
    put(f, name.p, name.n);
    put(f, "=", 1);
    put(f, value.p, value.n);
  } else if (is_printable(f, value) && !has_encoded_mark(value) &&
             name.n + value.n + 6 <= (f->utf8 ? LONGEST_WORD : LINE)) {
    put_blank(f, name.n + 3 + value.n);
    put(f, name.p, name.n);
    put(f, "=", 1);
    put_quoted(f, value);
  } else {
    put_extended(f, name, value);
  }
}
