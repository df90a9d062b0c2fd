#include "format/mime_address.h"

#include <string.h>

#include "format/mime_idn.h"
#include "format/mime_word.h"

/* one address while it is read */
struct reading {
  struct sat_charsets *charsets;
  struct sat_slice charset, left;
  struct sat_buf phrase;  /* words outside of brackets, quotes taken off */
  struct sat_buf angle;   /* between < and > */
  struct sat_buf comment; /* the last one */
  bool has_angle, quoted, quoted_local; /* what the phrase has in it */
  bool tail; /* behind an address, without a comma: no name of its own */
  bool open_quote, open_comment; /* one is not closed: none is looked for */
  struct sat_arena *arena;
  struct sat_address *first, **end;
  size_t n, most;
};

static void forget(struct reading *r) {
  sat_buf_clear(&r->phrase);
  sat_buf_clear(&r->angle);
  sat_buf_clear(&r->comment);
  r->has_angle = r->quoted = r->quoted_local = false;
}

static void step(struct reading *r, size_t n) {
  r->left.p += n;
  r->left.n -= n;
}

static struct sat_slice slice_of(const struct sat_buf *b) {
  return (struct sat_slice){(const char *)b->p, b->n};
}

static bool ends_blank(const struct sat_buf *b) {
  return b->n == 0 || b->p[b->n - 1] == ' ';
}

/* a quoted string (RFC 5322 3.2.4); one that does not end is a character */
static void take_quoted(struct reading *r) {
  struct sat_slice s = r->left;
  size_t i = 1;
  if (r->open_quote) i = s.n; /* looked for before */
  while (i < s.n && s.p[i] != '"') i += s.p[i] == '\\' ? 2 : 1;
  if (i >= s.n) {
    r->open_quote = true;
    step(r, 1);
    return;
  }
  if (i + 1 < s.n && s.p[i + 1] == '@') { /* a local part */
    sat_buf_put(&r->phrase, s.p, i + 1);
    r->quoted_local = true;
  }
  for (size_t k = 1; k < i && !r->quoted_local; k++) {
    if (s.p[k] == '\\' && k + 1 < i) k++;
    sat_buf_u8(&r->phrase, (unsigned char)s.p[k]);
  }
  r->quoted = true;
  step(r, i + 1);
}

/* a comment (RFC 5322 3.2.2), which may nest; its end, or 0: not closed */
static size_t comment_length(struct sat_slice s) {
  unsigned depth = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (s.p[i] == '\\') i++;
    else if (s.p[i] == '(') depth++;
    else if (s.p[i] == ')' && --depth == 0) return i + 1;
  }
  return 0;
}

static void take_comment(struct reading *r) {
  size_t n = r->open_comment ? 0 : comment_length(r->left);
  if (n == 0) {
    r->open_comment = true;
    sat_buf_u8(&r->phrase, '(');
    step(r, 1);
    return;
  }
  sat_buf_clear(&r->comment);
  for (size_t i = 1; i + 1 < n; i++) {
    if (r->left.p[i] == '\\' && i + 2 < n) i++;
    sat_buf_u8(&r->comment, (unsigned char)r->left.p[i]);
  }
  if (!ends_blank(&r->phrase)) sat_buf_u8(&r->phrase, ' ');
  step(r, n);
}

/* Between brackets.  Without the closing one the address ends at a comma, a
** semicolon or the next bracket. */
static void take_angle(struct reading *r) {
  struct sat_slice s = r->left;
  size_t i = 1;
  bool at = false, quote = false;
  sat_buf_clear(&r->angle);
  for (; i < s.n; i++) {
    char c = s.p[i];
    if (c == '"') quote = !quote;
    if (c == '>' && !quote) break;
    if (c == '<') {
      if (r->angle.n > 0) break;
      continue; /* << */
    }
    /* a route, "@a,@b:user@host", has its '@' first */
    if (c == '@' && r->angle.n > 0 && r->angle.p[0] != '@') at = true;
    if ((c == ',' || c == ';') && !quote && at) break;
    sat_buf_u8(&r->angle, (unsigned char)c);
  }
  r->has_angle = true;
  step(r, i < s.n && s.p[i] == '>' ? i + 1 : i);
}

static struct sat_slice keep(struct reading *r, const struct sat_buf *b,
                             size_t from) {
  struct sat_slice s = {NULL, 0};
  if (b->n <= from || b->failed) return s;
  s.n = b->n - from;
  s.p = sat_arena_copy(r->arena, b->p + from, s.n);
  if (s.p == NULL) s.n = 0;
  return s;
}

/* An address without white space and comments, without "mailto:" and the
** route before it; its domain in Unicode. */
static struct sat_slice clean_email(struct reading *r, struct sat_slice s) {
  struct sat_buf plain = {0};
  bool quote = false;
  s = sat_slice_trim(s);
  if (sat_slice_begins(s, "mailto:")) s.p += 7, s.n -= 7;
  const char *colon = s.n > 0 && *s.p == '@' ? sat_slice_find(s, ':') : NULL;
  if (colon != NULL) {
    s.n -= (size_t)(colon + 1 - s.p);
    s.p = colon + 1;
  }
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    struct sat_slice rest = {s.p + i, s.n - i};
    if (c == '"') quote = !quote;
    size_t comment = c == '(' && !quote ? comment_length(rest) : 0;
    if (comment > 0) {
      i += comment - 1;
    } else if (c != '\0' && c != '\r' && c != '\n' &&
               (quote || !sat_is_space(c))) {
      sat_buf_u8(&plain, (unsigned char)c);
    }
  }
  struct sat_buf text = {0};
  struct sat_slice found = slice_of(&plain);
  if (found.n > 1 && found.p[0] == '[' && found.p[found.n - 1] == ']')
    found.p++, found.n -= 2;
  sat_word_decode(r->charsets, &text, found, r->charset);
  sat_idn_to_unicode(&text);
  found = keep(r, &text, 0);
  sat_buf_free(&plain);
  sat_buf_free(&text);
  return found;
}

static struct sat_slice clean_name(struct reading *r, struct sat_slice s) {
  struct sat_buf text = {0};
  s = sat_slice_trim(s);
  sat_word_decode(r->charsets, &text, s, r->charset);
  struct sat_slice found = {(char *)text.p, text.n};
  /* 'name', and a quoted string that was encoded with its quotes */
  while (found.n > 1 && (*found.p == '\'' || *found.p == '"') &&
         found.p[found.n - 1] == *found.p)
    found = sat_slice_trim((struct sat_slice){found.p + 1, found.n - 2});
  struct sat_slice kept = {0};
  if (found.n > 0) {
    kept.p = sat_arena_copy(r->arena, found.p, found.n);
    kept.n = kept.p != NULL ? found.n : 0;
  }
  sat_buf_free(&text);
  return kept;
}

static void add(struct reading *r, struct sat_slice name,
                struct sat_slice email) {
  if ((name.n == 0 && email.n == 0) || r->n == r->most) return;
  struct sat_address *a = sat_arena_alloc(r->arena, sizeof *a);
  if (a == NULL) return;
  a->name = name;
  a->email = email;
  *r->end = a;
  r->end = &a->next;
  r->n++;
}

/* "Anna anna@example.test": the word with '@' is the address */
static bool split_words(struct sat_slice s, struct sat_slice *name_r,
                        struct sat_slice *email_r) {
  const char *at = memrchr(s.p, '@', s.n);
  const char *from = at, *to = at, *end = s.p + s.n;
  while (from > s.p && !sat_is_space(from[-1])) from--;
  while (to < end && !sat_is_space(*to)) to++;
  if (from == at || to == at + 1) return false; /* "user @ host" */
  *email_r = (struct sat_slice){from, (size_t)(to - from)};
  *name_r = from > s.p ? (struct sat_slice){s.p, (size_t)(from - s.p)}
                       : (struct sat_slice){to, (size_t)(end - to)};
  return true;
}

/* an address without brackets: the phrase is it, or has it in it */
static void end_bare(struct reading *r) {
  struct sat_slice s = sat_slice_trim(slice_of(&r->phrase)), name = {0}, email;
  struct sat_slice comment = slice_of(&r->comment);
  if (s.n == 0 || memchr(s.p, '@', s.n) == NULL) {
    if (s.n > 0 && !r->tail) add(r, clean_name(r, s), (struct sat_slice){0});
    return;
  }
  email = s;
  if (!r->quoted_local && !split_words(s, &name, &email)) email = s;
  name = sat_slice_trim(name);
  if (name.n == 0) name = comment;
  struct sat_slice shown = clean_name(r, name);
  add(r, shown, clean_email(r, email));
}

static void end_address(struct reading *r) {
  if (!r->has_angle) {
    end_bare(r);
  } else {
    struct sat_slice phrase = sat_slice_trim(slice_of(&r->phrase));
    if (phrase.n == 0) phrase = slice_of(&r->comment);
    struct sat_slice name = clean_name(r, phrase);
    add(r, name, clean_email(r, slice_of(&r->angle)));
  }
  forget(r);
}

/* the name of a group (RFC 5322 3.4) is one that has no '@' before its ':' */
static bool ends_group_name(const struct reading *r) {
  struct sat_slice s = slice_of(&r->phrase);
  if (r->has_angle) return false;
  return r->quoted || sat_slice_find(s, '@') == NULL;
}

static void take_text(struct reading *r) {
  size_t word = sat_word_length(r->left), n = word > 0 ? word : 1;
  if (*r->left.p == '>' && r->phrase.n == 0) { /* of brackets cut before */
    step(r, 1);
    return;
  }
  for (size_t i = 0; i < n; i++) {
    char c = r->left.p[i];
    if (sat_is_space(c)) {
      if (!ends_blank(&r->phrase)) sat_buf_u8(&r->phrase, ' ');
    } else if (c != '\0') {
      sat_buf_u8(&r->phrase, (unsigned char)c);
    }
  }
  step(r, n);
}

/* words behind brackets: of the next address, whose comma was forgotten */
static void take_tail(struct reading *r) {
  if (*r->left.p == '>' || sat_is_space(*r->left.p)) {
    step(r, 1);
    return;
  }
  end_address(r);
  r->tail = true;
}

static void take(struct reading *r) {
  if (r->has_angle && strchr("<(,;", *r->left.p) == NULL) {
    take_tail(r);
    return;
  }
  switch (*r->left.p) {
    case '"': take_quoted(r); break;
    case '(': take_comment(r); break;
    case '<':
      if (r->has_angle) end_address(r); /* the comma was forgotten */
      take_angle(r);
      break;
    case ',':
    case ';':
      end_address(r);
      r->tail = false;
      step(r, 1);
      break;
    case ':':
      if (ends_group_name(r)) forget(r);
      else sat_buf_u8(&r->phrase, ':');
      step(r, 1);
      break;
    default: take_text(r);
  }
}

struct sat_address *sat_addresses_read(struct sat_charsets *c,
                                       struct sat_slice value,
                                       struct sat_slice charset, size_t most,
                                       struct sat_arena *a) {
  struct reading r = {.charsets = c, .charset = charset, .left = value,
                      .arena = a, .most = most};
  r.end = &r.first;
  while (r.left.n > 0 && r.n < most) take(&r);
  end_address(&r);
  sat_buf_free(&r.phrase);
  sat_buf_free(&r.angle);
  sat_buf_free(&r.comment);
  return r.first;
}
