#include "wire/smtp.h"

#include <string.h>

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static int fail(struct sat_error *err, const char *what) {
  return sat_error_set(err, SAT_E_PROTOCOL, "reply: %s", what);
}

/* Reply-code = %x32-35 %x30-35 %x30-39 (RFC 5321 4.2); servers have others
** in the middle: QUIRKS 19 */
static unsigned code_of(const uint8_t *p, size_t n) {
  if (n < 3 || p[0] < '2' || p[0] > '5' || !is_digit(p[1]) || !is_digit(p[2]))
    return 0;
  return (unsigned)(p[0] - '0') * 100 + (unsigned)(p[1] - '0') * 10 +
         (unsigned)(p[2] - '0');
}

/* One line without its CRLF: 1 if it is the last of the reply, 0 if it is
** not, -1 if it is no line of a reply or none of this one. */
static int check_line(const uint8_t *p, size_t n, unsigned *code,
                      struct sat_error *err) {
  unsigned own = code_of(p, n);
  if (own == 0) return fail(err, "no reply code");
  if (n > 3 && p[3] != ' ' && p[3] != '-')
    return fail(err, "no space or hyphen after the code");
  if (memchr(p, '\0', n) != NULL || memchr(p, '\r', n) != NULL)
    return fail(err, "a NUL or CR in a line");
  if (*code != 0 && own != *code)
    return fail(err, "its lines have different codes");
  *code = own;
  return n == 3 || p[3] == ' ';
}

static int check_limits(const struct sat_smtp_split *s, size_t line,
                        struct sat_error *err) {
  size_t most = s->limits.line ? s->limits.line : SAT_SMTP_LINE;
  size_t whole = s->limits.reply ? s->limits.reply : SAT_SMTP_REPLY;
  if (line > most)
    return sat_error_set(err, SAT_E_LIMIT,
                         "reply: a line has more than %zu bytes", most);
  if (s->line + line > whole)
    return sat_error_set(err, SAT_E_LIMIT,
                         "reply: it has more than %zu bytes", whole);
  return 0;
}

static long whole(struct sat_smtp_split *s, size_t n) {
  s->line = s->seen = 0;
  s->code = 0;
  return (long)n;
}

long sat_smtp_split(struct sat_smtp_split *s, const uint8_t *p, size_t n,
                    struct sat_error *err) {
  while (s->seen < n) {
    const uint8_t *lf = memchr(p + s->seen, '\n', n - s->seen);
    size_t end = lf ? (size_t)(lf - p) + 1 : n;
    int last;
    if (check_limits(s, end - s->line, err) < 0) return -1;
    s->seen = end;
    if (lf == NULL) return 0;
    if (end - s->line < 2 || p[end - 2] != '\r')
      return fail(err, "a line ends without CR");
    last = check_line(p + s->line, end - 2 - s->line, &s->code, err);
    if (last < 0) return -1;
    if (last) return whole(s, end);
    s->line = end;
  }
  return 0;
}

/* 1*3DIGIT (RFC 3463 2), the number and how long it is */
static size_t number(const uint8_t *p, size_t n, unsigned *v_r) {
  size_t i = 0;
  *v_r = 0;
  while (i < n && i < 3 && is_digit(p[i]))
    *v_r = *v_r * 10 + (unsigned)(p[i++] - '0');
  return i;
}

/* class "." subject "." detail, then a space or the end: the length with the
** space, or 0 (RFC 2034 4).  The class is the first digit of the code. */
static size_t status_of(struct sat_bytes line, unsigned code,
                        unsigned status_r[3]) {
  size_t at = 0;
  for (int i = 0; i < 3; i++) {
    size_t digits = number(line.p + at, line.n - at, &status_r[i]);
    if (digits == 0 || (i == 0 && digits != 1)) return 0;
    at += digits;
    if (i == 2) break;
    if (at >= line.n || line.p[at++] != '.') return 0;
  }
  if (status_r[0] != code / 100) return 0;
  if (at == line.n) return at;
  return line.p[at] == ' ' ? at + 1 : 0;
}

/* takes the status off every line that has the first line's */
static void take_status(struct sat_smtp_reply *r) {
  unsigned first[3], other[3];
  if (status_of(r->lines[0], r->code, first) == 0) return;
  memcpy(r->status, first, sizeof first);
  for (size_t i = 0; i < r->line_n; i++) {
    size_t n = status_of(r->lines[i], r->code, other);
    if (n == 0 || memcmp(first, other, sizeof first) != 0) continue;
    r->lines[i].p += n;
    r->lines[i].n -= (uint32_t)n;
  }
}

static size_t count_lines(const uint8_t *p, size_t n) {
  size_t count = 0;
  for (size_t i = 0; i < n; i++) count += p[i] == '\n';
  return count;
}

int sat_smtp_reply_read(const uint8_t *p, size_t n, struct sat_arena *arena,
                        struct sat_smtp_reply *reply_r,
                        struct sat_error *err) {
  struct sat_smtp_split s = {.limits = {n, n}};
  struct sat_smtp_reply r = {0};
  size_t at = 0;
  if (n == 0 || sat_smtp_split(&s, p, n, err) != (long)n)
    return fail(err, "it is not whole");
  r.line_n = count_lines(p, n);
  r.lines = sat_arena_array(arena, r.line_n, sizeof *r.lines);
  if (r.lines == NULL) return sat_error_set(err, SAT_E_MEMORY, "no memory");
  r.code = code_of(p, n);
  for (size_t i = 0; i < r.line_n; i++) {
    const uint8_t *lf = memchr(p + at, '\n', n - at);
    size_t size = (size_t)(lf - p) - 1 - at;
    size_t skip = size > 3 ? 4 : 3;
    r.lines[i] = (struct sat_bytes){p + at + skip, (uint32_t)(size - skip)};
    at += size + 2;
  }
  take_status(&r);
  *reply_r = r;
  return 0;
}

/* Words are separated by single spaces; some servers put "=" behind AUTH:
** QUIRKS 20. */
static bool is_gap(uint8_t c) { return c == ' ' || c == '\t'; }

static bool is_old_auth(const uint8_t *p, size_t n) {
  return n == 5 && memcmp(p, "AUTH=", 5) == 0;
}

bool sat_smtp_word(struct sat_bytes *line, struct sat_bytes *word_r) {
  size_t i = 0, from;
  while (i < line->n && is_gap(line->p[i])) i++;
  from = i;
  if (i == line->n) return false;
  while (i < line->n && !is_gap(line->p[i]) &&
         !is_old_auth(line->p + from, i - from))
    i++;
  *word_r = (struct sat_bytes){line->p + from, (uint32_t)(i - from)};
  if (is_old_auth(word_r->p, word_r->n)) word_r->n--;
  line->p += i;
  line->n -= (uint32_t)i;
  return true;
}

bool sat_smtp_is_keyword(struct sat_bytes word) {
  for (uint32_t i = 0; i < word.n; i++) {
    uint8_t c = word.p[i];
    bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    if (!letter && !is_digit(c) && (c != '-' || i == 0)) return false;
  }
  return word.n > 0;
}
