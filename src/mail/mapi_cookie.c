#include "mail/mapi_cookie.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/secret.h"

/* what a name or value may hold: no controls, blanks, separators */
static bool plain(const uint8_t *p, size_t n, const char *refused) {
  for (size_t i = 0; i < n; i++)
    if (p[i] <= ' ' || p[i] == 127 || strchr(refused, p[i]) != NULL)
      return false;
  return true;
}

static size_t find(const struct sat_mapi_cookies *j, const uint8_t *name,
                   size_t n) {
  size_t i;
  for (i = 0; i < j->n; i++)
    if (strlen(j->c[i].name) == n && memcmp(j->c[i].name, name, n) == 0) break;
  return i;
}

static void drop(struct sat_mapi_cookies *j, size_t i) {
  sat_secret_free(&j->c[i].name);
  sat_secret_free(&j->c[i].value);
  j->c[i] = j->c[--j->n];
  j->c[j->n].name = j->c[j->n].value = NULL;
}

/* Is there an attribute "Max-Age=0" (or below) behind the value? */
static bool expires(const uint8_t *p, const uint8_t *end) {
  while (p < end && (p = memchr(p, ';', (size_t)(end - p))) != NULL) {
    for (p++; p < end && *p == ' ';) p++;
    if (end - p >= 9 && strncasecmp((const char *)p, "max-age=", 8) == 0)
      return p[8] == '0' || p[8] == '-';
  }
  return false;
}

static void store(struct sat_mapi_cookies *j, size_t i, struct sat_bytes name,
                  struct sat_bytes value) {
  char *v = sat_secret_copy((const char *)value.p, value.n);
  char *k = i < j->n ? NULL : sat_secret_copy((const char *)name.p, name.n);
  if (v == NULL || (i == j->n && k == NULL)) {
    sat_secret_free(&v);
    sat_secret_free(&k);
    return;
  }
  if (i == j->n)
    j->c[j->n++].name = k;
  else
    sat_secret_free(&j->c[i].value);
  j->c[i].value = v;
}

void sat_mapi_cookies_take(struct sat_mapi_cookies *j, struct sat_bytes set) {
  const uint8_t *end = set.p + set.n;
  const uint8_t *semi = set.n > 0 ? memchr(set.p, ';', set.n) : NULL;
  const uint8_t *stop = semi != NULL ? semi : end;
  const uint8_t *eq =
      stop > set.p ? memchr(set.p, '=', (size_t)(stop - set.p)) : NULL;
  struct sat_bytes name, value;
  size_t i;
  if (eq == NULL || stop - set.p > SAT_MAPI_COOKIE_SIZE) return;
  name = (struct sat_bytes){set.p, (uint32_t)(eq - set.p)};
  value = (struct sat_bytes){eq + 1, (uint32_t)(stop - eq - 1)};
  while (value.n > 0 && value.p[value.n - 1] == ' ') value.n--;
  if (name.n == 0 || !plain(name.p, name.n, ",;\"") ||
      !plain(value.p, value.n, ";"))
    return;
  i = find(j, name.p, name.n);
  if (semi != NULL && expires(semi, end)) {
    if (i < j->n) drop(j, i);
  } else if (i < SAT_MAPI_COOKIES) {
    store(j, i, name, value);
  }
}

void sat_mapi_cookies_put(const struct sat_mapi_cookies *j,
                          struct sat_buf *out) {
  for (size_t i = 0; i < j->n; i++) {
    if (i > 0) sat_buf_str(out, "; ");
    sat_buf_str(out, j->c[i].name);
    sat_buf_str(out, "=");
    sat_buf_str(out, j->c[i].value);
  }
}

void sat_mapi_cookies_clear(struct sat_mapi_cookies *j) {
  while (j->n > 0) drop(j, j->n - 1);
}
