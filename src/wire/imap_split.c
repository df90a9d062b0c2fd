#include "wire/imap_split.h"

#include <string.h>

void sat_imap_split_reset(struct sat_imap_splitter *s) {
  s->at = s->line = s->need = 0;
  s->inside = s->code = s->free = false;
  sat_error_clear(&s->err);
}

static size_t or_default(size_t limit, size_t usual) {
  return limit != 0 ? limit : usual;
}

/* where the text of a status response begins: behind "tag OK ", "* BYE ",
** "+ "; NULL in any other response (RFC 9051 7.1, 7.6) */
static const char *find_text(const char *p, const char *end) {
  static const char *const words[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
  const char *space = memchr(p, ' ', (size_t)(end - p));
  if (space == NULL) return *p == '+' ? end : NULL;
  if (space - p == 1 && *p == '+') return space + 1;
  p = space + 1;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t n = strlen(words[i]);
    if ((size_t)(end - p) > n && p[n] == ' ' &&
        strncasecmp(p, words[i], n) == 0)
      return p + n + 1;
  }
  return NULL;
}

/* A status response has literals in its code alone; its text may end in
** anything. */
static void look_for_text(struct sat_imap_splitter *s, const char *p,
                          const char *end) {
  const char *text = p;
  if (!s->inside) {
    text = find_text(p, end);
    s->code = text != NULL && text < end && *text == '[' && p[0] != '+';
    s->free = text != NULL && !s->code;
  }
  if (s->code && memchr(text, ']', (size_t)(end - text)) != NULL) {
    s->code = false;
    s->free = true;
  }
}

int64_t sat_imap_literal_size(const char *p, const char *end) {
  const char *open, *digits;
  int64_t v = 0;
  if (end - p < 3 || end[-1] != '}') return -1;
  for (digits = end - 1; digits > p && digits[-1] >= '0' && digits[-1] <= '9';)
    digits--;
  open = digits - 1;
  if (digits == p || digits == end - 1 || *open != '{') return -1;
  for (; digits < end - 1; digits++)
    if (v <= INT64_MAX / 16) v = v * 10 + (*digits - '0');
  return v;
}

bool sat_imap_ends_quoted(const char *p, const char *end) {
  bool open = false;
  for (; p < end; p++) {
    if (!open) {
      p = memchr(p, '"', (size_t)(end - p));
      if (p == NULL) return false;
      open = true;
    } else if (*p == '"') {
      open = false;
    } else if (*p == '\\' && end - p > 1 && (p[1] == '"' || p[1] == '\\')) {
      p++;
    }
  }
  return open;
}

static ssize_t refuse(struct sat_imap_splitter *s, const char *what,
                      size_t limit) {
  return sat_error_set(&s->err, SAT_E_LIMIT, "%s of more than %zu bytes",
                       what, limit);
}

/* Takes the line that ends before 'end': 1 if the response ends with it, 0 if
** a literal follows, -1 */
static int take_line(struct sat_imap_splitter *s, const char *p,
                     const char *end) {
  size_t limit = or_default(s->max_literal, SAT_IMAP_LITERAL);
  size_t whole = or_default(s->max_response, SAT_IMAP_RESPONSE);
  int64_t size;
  look_for_text(s, p + s->line, end);
  size = s->free ? -1 : sat_imap_literal_size(p + s->line, end);
  if (size < 0) return 1;
  if (sat_imap_ends_quoted(p + s->line, end))
    return sat_error_set(&s->err, SAT_E_PROTOCOL,
                         "@ 0x%zx: a literal within quotes",
                         (size_t)(end - p));
  if ((uint64_t)size > limit) return (int)refuse(s, "a literal", limit);
  s->at = (size_t)(end - p) + 2;
  if (s->at > whole || (size_t)size > whole - s->at)
    return (int)refuse(s, "a response", whole);
  s->at += (size_t)size;
  s->line = s->at;
  s->inside = true;
  return 0;
}

/* the CR of the next CRLF from 'at' on, or NULL */
static const char *find_end(struct sat_imap_splitter *s, const char *p,
                            size_t n) {
  while (s->at < n) {
    const char *lf = memchr(p + s->at, '\n', n - s->at);
    if (lf == NULL) break;
    if (lf > p + s->line && lf[-1] == '\r') return lf - 1;
    s->at = (size_t)(lf - p) + 1;
  }
  if (s->at < n) s->at = n;
  return NULL;
}

static ssize_t wait_for(struct sat_imap_splitter *s, size_t n) {
  size_t limit = or_default(s->max_line, SAT_IMAP_LINE);
  size_t whole = or_default(s->max_response, SAT_IMAP_RESPONSE);
  if (n > s->line && n - s->line > limit) return refuse(s, "a line", limit);
  if (n > whole) return refuse(s, "a response", whole);
  s->need = s->line > n ? s->line - n + 2 : 1;
  return 0;
}

ssize_t sat_imap_split(struct sat_imap_splitter *s, const void *p, size_t n) {
  const char *bytes = p, *end;
  size_t limit = or_default(s->max_line, SAT_IMAP_LINE);
  if (s->err.kind != SAT_OK) return -1;
  while ((end = find_end(s, bytes, n)) != NULL) {
    size_t length = (size_t)(end - bytes) + 2;
    int ended;
    if (length - s->line > limit) return refuse(s, "a line", limit);
    ended = take_line(s, bytes, end);
    if (ended < 0) return -1;
    if (ended > 0) {
      sat_imap_split_reset(s);
      return (ssize_t)length;
    }
  }
  return wait_for(s, n);
}
