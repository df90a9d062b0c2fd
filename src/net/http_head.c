#include "net/http_head.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* "HTTP/1.1 200 OK": a new head */
static void begin(struct sat_http_head *h, const char *p, size_t n) {
  const char *space = memchr(p, ' ', n);
  unsigned status = 0;
  sat_arena_reset(&h->arena);
  h->v = NULL;
  h->n = h->cap = 0;
  for (size_t i = 1; space != NULL && space + i < p + n && i <= 3; i++)
    if (space[i] >= '0' && space[i] <= '9')
      status = 10 * status + (unsigned)(space[i] - '0');
  h->status = status;
  h->complete = false;
}

static struct sat_http_header *add(struct sat_http_head *h) {
  size_t cap = h->cap != 0 ? 2 * h->cap : 16;
  struct sat_http_header *v;
  if (h->n < h->cap) return &h->v[h->n++];
  v = sat_arena_array(&h->arena, cap, sizeof *v);
  if (v == NULL) return NULL;
  if (h->n > 0) memcpy(v, h->v, h->n * sizeof *v);
  h->v = v;
  h->cap = cap;
  return &h->v[h->n++];
}

/* a folded line (RFC 9112 5.2) belongs to the header before it */
static bool unfold(struct sat_http_head *h, const char *p, size_t n) {
  struct sat_http_header *last;
  size_t old;
  char *value;
  if (h->n == 0) return true;
  last = &h->v[h->n - 1];
  old = strlen(last->value);
  value = sat_arena_alloc(&h->arena, old + n + 2);
  if (value == NULL) return false;
  memcpy(value, last->value, old);
  value[old] = ' ';
  memcpy(value + old + 1, p, n);
  last->value = value;
  return true;
}

static bool keep(struct sat_http_head *h, const char *p, size_t n) {
  const char *colon = memchr(p, ':', n), *value;
  struct sat_http_header *line;
  if (colon == NULL) return true;
  for (value = colon + 1; value < p + n && is_space(*value);) value++;
  line = add(h);
  if (line == NULL) return false;
  line->name = sat_arena_copy(&h->arena, p, (size_t)(colon - p));
  line->value = sat_arena_copy(&h->arena, value, (size_t)(p + n - value));
  return line->name != NULL && line->value != NULL;
}

static bool take(struct sat_http_head *h, const char *p, size_t n) {
  bool folded = n > 0 && (*p == ' ' || *p == '\t');
  h->bytes += n;
  if (h->bytes > h->limit) return false;
  while (n > 0 && is_space(p[n - 1])) n--;
  if (n > 5 && strncmp(p, "HTTP/", 5) == 0) {
    begin(h, p, n);
    return true;
  }
  while (folded && n > 0 && is_space(*p)) p++, n--;
  if (n == 0) h->complete = true;
  if (n == 0) return true;
  return folded ? unfold(h, p, n) : keep(h, p, n);
}

bool sat_http_head_line(struct sat_http_head *h, const char *p, size_t n) {
  if (!take(h, p, n)) h->too_large = true;
  return !h->too_large;
}

/* the first header of this name in any case, or NULL */
static const char *find(const struct sat_http_head *h, const char *name) {
  for (size_t i = 0; i < h->n; i++)
    if (strcasecmp(h->v[i].name, name) == 0) return h->v[i].value;
  return NULL;
}

double sat_http_head_retry_after(const struct sat_http_head *h) {
  const char *value = find(h, "Retry-After");
  char *end;
  double seconds;
  time_t when;
  if (value == NULL || *value == '\0') return -1;
  if (*value >= '0' && *value <= '9') {
    seconds = strtod(value, &end);
    if (*end == '\0') return seconds;
  }
  when = curl_getdate(value, NULL);
  if (when == (time_t)-1) return -1;
  seconds = difftime(when, time(NULL));
  return seconds > 0 ? seconds : 0;
}

void sat_http_head_free(struct sat_http_head *h) {
  sat_arena_reset(&h->arena);
  h->v = NULL;
  h->n = h->cap = 0;
}
