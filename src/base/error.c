#include "base/error.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const char *const kind_names[] = {/* ORDER sat_error_kind */
    "ok",          "auth",     "network", "tls",       "timeout", "not_found",
    "denied",      "exists",   "quota",   "throttled", "conflict", "invalid",
    "unsupported", "protocol", "limit",   "cancelled", "server",  "memory"};

/* What a server said may be in it: one line of UTF-8 in any case. */
static void clean(char *s) {
  size_t n = strlen(s), step;
  uint32_t c;
  for (size_t i = 0; i < n; i += step) {
    step = sat_text_next(s + i, n - i, &c);
    if (step == 0 && n - i < 4 && n + 1 == SAT_ERROR_TEXT)
      s[n = i] = '\0'; /* cut within a character */
    else if (step == 0 || c < 0x20 || c == 0x7f)
      s[i] = '?', step = 1;
  }
}

int sat_error_set(struct sat_error *e, enum sat_error_kind kind,
                  const char *fmt, ...) {
  va_list args;
  if (e == NULL || e->kind != SAT_OK) return -1;
  e->kind = kind;
  va_start(args, fmt);
  vsnprintf(e->text, sizeof e->text, fmt, args);
  va_end(args);
  clean(e->text);
  return -1;
}

void sat_error_clear(struct sat_error *e) {
  if (e != NULL) memset(e, 0, sizeof *e);
}

const char *sat_error_kind_name(enum sat_error_kind kind) {
  size_t i = (size_t)kind;
  return i < sizeof kind_names / sizeof *kind_names ? kind_names[i] : "server";
}
