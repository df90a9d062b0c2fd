#include "wire/smtp_path.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* RFC 5321 4.5.3.1.3: 256 with the brackets; UTF-8 counts in bytes */
#define LONGEST 254

static int fail(struct sat_error *err, const char *what) {
  return sat_error_set(err, SAT_E_INVALID, "the address %s", what);
}

static bool is_control(char c) {
  return (uint8_t)c < 0x20 || (uint8_t)c == 0x7f;
}

/* the bytes of a Quoted-string (RFC 5321 4.1.2) that begins here, or 0 */
static size_t quoted(const char *s, size_t n) {
  for (size_t i = 1; i < n; i++) {
    if (s[i] == '\\') i++;
    else if (s[i] == '"') return i + 1;
  }
  return 0;
}

static int check_local(const char *s, size_t n, struct sat_error *err) {
  if (n == 0) return fail(err, "has nothing before its @");
  if (s[0] == '"') {
    if (quoted(s, n) != n) return fail(err, "has a quote where none goes");
    return 0;
  }
  for (size_t i = 0; i < n; i++)
    if (s[i] == ' ' || strchr("\"(),:;<>@[\\]", s[i]) != NULL)
      return fail(err, "has a character that needs quotes");
  return 0;
}

static int check_domain(const char *s, size_t n, struct sat_error *err) {
  bool literal = n > 2 && s[0] == '[' && s[n - 1] == ']';
  if (n == 0) return fail(err, "has no domain behind its @");
  for (size_t i = literal; i < n - literal; i++)
    if (s[i] == ' ' || strchr("\"(),;<>@[\\]", s[i]) != NULL ||
        (s[i] == ':' && !literal))
      return fail(err, "has a character that no domain has");
  return 0;
}

int sat_smtp_path_check(const char *s, size_t n, struct sat_error *err) {
  const char *at = NULL;
  if (n > LONGEST)
    return sat_error_set(err, SAT_E_INVALID,
                         "the address has more than %d bytes", LONGEST);
  for (size_t i = 0; i < n; i++) {
    if (is_control(s[i])) return fail(err, "has a control character");
    if (s[i] == '@') at = s + i;
  }
  if (!sat_text_is_utf8(s, n)) return fail(err, "is not UTF-8");
  if (n == 0) return 0;
  if (at == NULL) return check_local(s, n, err);
  if (check_local(s, (size_t)(at - s), err) < 0) return -1;
  return check_domain(at + 1, (size_t)(s + n - at - 1), err);
}

bool sat_smtp_needs_utf8(const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if ((uint8_t)s[i] >= 0x80) return true;
  return false;
}

static const char digits[] = "0123456789ABCDEF";

static bool is_xchar(uint8_t c) {
  return c >= '!' && c <= '~' && c != '+' && c != '=';
}

void sat_smtp_xtext(struct sat_buf *out, const char *s, size_t n) {
  for (size_t i = 0; i < n; i++) {
    uint8_t c = (uint8_t)s[i];
    char hex[3] = {'+', digits[c >> 4], digits[c & 15]};
    if (is_xchar(c)) sat_buf_put(out, &s[i], 1);
    else sat_buf_put(out, hex, sizeof hex);
  }
}

void sat_smtp_orcpt(struct sat_buf *out, const char *s, size_t n) {
  if (!sat_smtp_needs_utf8(s, n)) {
    sat_buf_str(out, "rfc822;");
    sat_smtp_xtext(out, s, n);
    return;
  }
  sat_buf_str(out, "utf-8;");
  for (size_t i = 0; i < n; i++) {
    uint8_t c = (uint8_t)s[i];
    char hex[6] = {'\\', 'x', '{', digits[c >> 4], digits[c & 15], '}'};
    if (c >= 0x80 || (is_xchar(c) && c != '\\')) sat_buf_put(out, &s[i], 1);
    else sat_buf_put(out, hex, sizeof hex);
  }
}
