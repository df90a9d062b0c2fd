#include "mail/mapi_envelope.h"

#include <stdbool.h>
#include <string.h>

struct scan {
  const uint8_t *p, *end;
};

static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

int sat_mapi_same(struct sat_bytes a, const char *b) {
  size_t n = strlen(b);
  if (a.n != n) return 0;
  for (size_t i = 0; i < n; i++)
    if (lower(a.p[i]) != lower((unsigned char)b[i])) return 0;
  return 1;
}

/* The next line without its CRLF; false if none is complete. */
static bool next_line(struct scan *s, struct sat_bytes *line_r) {
  size_t left = (size_t)(s->end - s->p);
  const uint8_t *lf = left > 0 ? memchr(s->p, '\n', left) : NULL;
  if (lf == NULL) return false;
  line_r->p = s->p;
  line_r->n = (uint32_t)(lf - s->p);
  if (line_r->n > 0 && lf[-1] == '\r') line_r->n--;
  s->p = lf + 1;
  return true;
}

static struct sat_bytes trim(const uint8_t *p, const uint8_t *end) {
  while (p < end && (*p == ' ' || *p == '\t')) p++;
  while (p < end && (end[-1] == ' ' || end[-1] == '\t')) end--;
  return (struct sat_bytes){p, (uint32_t)(end - p)};
}

static int cut_off(struct sat_error *err) {
  sat_error_set(err, SAT_E_NETWORK,
                "the answer ends before the server was done");
  return -1;
}

static int read_tags(struct scan *s, struct sat_mapi_envelope *e,
                     struct sat_error *err) {
  struct sat_bytes line;
  while (next_line(s, &line)) {
    if (sat_mapi_same(line, "DONE")) return 0;
    if (sat_mapi_same(line, "PROCESSING"))
      e->processing++;
    else if (sat_mapi_same(line, "PENDING"))
      e->pending++;
    else
      return sat_error_set(err, SAT_E_PROTOCOL,
                           "the answer has no MAPI envelope: "
                           "\"%.*s\" is no meta-tag",
                           line.n < 40 ? (int)line.n : 40,
                           (const char *)line.p);
  }
  return cut_off(err);
}

static int add_header(struct sat_mapi_envelope *e, struct sat_bytes line,
                      struct sat_error *err) {
  const uint8_t *colon = memchr(line.p, ':', line.n);
  if (colon == NULL || colon == line.p)
    return sat_error_set(err, SAT_E_PROTOCOL,
                         "a header line of the envelope has no name");
  if (e->n == SAT_MAPI_HEADERS)
    return sat_error_set(err, SAT_E_LIMIT,
                         "more than %d headers in the envelope",
                         SAT_MAPI_HEADERS);
  e->headers[e->n].name = trim(line.p, colon);
  e->headers[e->n].value = trim(colon + 1, line.p + line.n);
  e->n++;
  return 0;
}

static int read_headers(struct scan *s, struct sat_mapi_envelope *e,
                        struct sat_error *err) {
  struct sat_bytes line;
  while (next_line(s, &line)) {
    if (line.n == 0) return 0;
    if (add_header(e, line, err) < 0) return -1;
  }
  return cut_off(err);
}

int sat_mapi_envelope_parse(const void *p, size_t n,
                            struct sat_mapi_envelope *e_r,
                            struct sat_error *err) {
  struct scan s = {p, (const uint8_t *)p + n};
  memset(e_r, 0, sizeof *e_r);
  if (n > UINT32_MAX)
    return sat_error_set(err, SAT_E_LIMIT, "an answer above 4 GiB");
  if (n == 0) return cut_off(err);
  if (read_tags(&s, e_r, err) < 0) return -1;
  if (read_headers(&s, e_r, err) < 0) return -1;
  e_r->body = (struct sat_bytes){s.p, (uint32_t)(s.end - s.p)};
  return 0;
}
