#include "wire/pop3.h"

#include <string.h>

#define UID_LONGEST 255

static int fail(struct sat_error *err, const char *what) {
  return sat_error_set(err, SAT_E_PROTOCOL, "answer: %s", what);
}

long sat_pop3_line(const uint8_t *p, size_t n, size_t *seen, size_t most,
                   struct sat_error *err) {
  const uint8_t *lf = memchr(p + *seen, '\n', n - *seen);
  size_t size = lf ? (size_t)(lf - p) + 1 : n;
  if (size > most)
    return sat_error_set(err, SAT_E_LIMIT,
                         "answer: a line has more than %zu bytes", most);
  *seen = size;
  if (lf == NULL) return 0;
  if (size < 2 || p[size - 2] != '\r')
    return fail(err, "a line ends without CR");
  *seen = 0;
  return (long)size;
}

/* the text behind a word, or NULL if the line does not begin with it */
static const uint8_t *behind(struct sat_bytes line, const char *word) {
  size_t n = strlen(word);
  if (line.n < n || memcmp(line.p, word, n) != 0) return NULL;
  if (line.n > n && line.p[n] != ' ') return NULL;
  return line.p + n + (line.n > n);
}

/* "[" resp-code "]" (RFC 2449 8): levels of printable characters */
static void take_code(struct sat_pop3_answer *a) {
  const uint8_t *end;
  if (a->text.n == 0 || a->text.p[0] != '[') return;
  end = memchr(a->text.p, ']', a->text.n);
  if (end == NULL || end == a->text.p + 1) return;
  a->code = (struct sat_bytes){a->text.p + 1,
                               (uint32_t)(end - a->text.p - 1)};
  for (uint32_t i = 0; i < a->code.n; i++)
    if (a->code.p[i] <= ' ' || a->code.p[i] >= 0x7f) {
      a->code.n = 0;
      return;
    }
  end++;
  if (end < a->text.p + a->text.n && *end == ' ') end++;
  a->text.n -= (uint32_t)(end - a->text.p);
  a->text.p = end;
}

int sat_pop3_answer_read(const uint8_t *p, size_t n,
                         struct sat_pop3_answer *answer_r,
                         struct sat_error *err) {
  static const char *const words[] = {"+OK", "-ERR", "+"};
  struct sat_pop3_answer a = {0};
  struct sat_bytes line = {p, (uint32_t)(n - 2)};
  if (n < 2 || p[n - 1] != '\n' || p[n - 2] != '\r')
    return fail(err, "it is not whole");
  if (memchr(p, '\0', n) != NULL || memchr(p, '\r', n - 2) != NULL)
    return fail(err, "a NUL or CR in a line");
  for (int i = 0; i < 3 && a.text.p == NULL; i++) {
    a.status = (enum sat_pop3_status)i;
    a.text.p = behind(line, words[i]);
  }
  if (a.text.p == NULL) return fail(err, "neither +OK nor -ERR");
  a.text.n = (uint32_t)(line.p + line.n - a.text.p);
  if (a.status == SAT_POP3_ERR) take_code(&a);
  *answer_r = a;
  return 0;
}

/* decimal digits up to a space or the end; false if there are none, or the
** number is too large */
static bool number(struct sat_bytes *line, uint64_t *v_r) {
  uint32_t i = 0;
  *v_r = 0;
  for (; i < line->n && line->p[i] >= '0' && line->p[i] <= '9'; i++) {
    if (*v_r > (UINT64_MAX >> 8) / 10) return false;
    *v_r = *v_r * 10 + (uint64_t)(line->p[i] - '0');
  }
  if (i == 0 || (i < line->n && line->p[i] != ' ')) return false;
  while (i < line->n && line->p[i] == ' ') i++;
  line->p += i;
  line->n -= i;
  return true;
}

int sat_pop3_numbers(struct sat_bytes line, uint64_t *first_r,
                     uint64_t *second_r, struct sat_error *err) {
  if (!number(&line, first_r) || !number(&line, second_r))
    return fail(err, "no two numbers in a line");
  return 0;
}

int sat_pop3_uidl(struct sat_bytes line, uint64_t *number_r,
                  struct sat_bytes *uid_r, struct sat_error *err) {
  if (!number(&line, number_r)) return fail(err, "no number before a UID");
  while (line.n > 0 && line.p[line.n - 1] == ' ') line.n--;
  if (line.n == 0 || line.n > UID_LONGEST)
    return fail(err, "a UID that is empty or too long");
  for (uint32_t i = 0; i < line.n; i++)
    if (line.p[i] <= ' ' || line.p[i] >= 0x7f)
      return fail(err, "a UID with a character that none has");
  *uid_r = line;
  return 0;
}

/* msg-id of RFC 822, "<" … "@" … ">" */
bool sat_pop3_timestamp(struct sat_bytes greeting,
                        struct sat_bytes *stamp_r) {
  const uint8_t *end = greeting.p + greeting.n, *at = greeting.p, *close;
  while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
    close = memchr(at, '>', (size_t)(end - at));
    if (close == NULL) return false;
    if (memchr(at, '@', (size_t)(close - at)) != NULL) {
      *stamp_r = (struct sat_bytes){at, (uint32_t)(close + 1 - at)};
      return true;
    }
    at++;
  }
  return false;
}
