/*
** An HTTP answer of a MAPI endpoint: up to the first empty line headers, then
** the body.  It goes through cookies, envelope and the body of Connect.
*/
#include <stdint.h>
#include <string.h>

#include "mail/mapi_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "name: value" lines; returns where they end */
static size_t split(const uint8_t *data, size_t size,
                    struct sat_mapi_http *http, struct sat_mapi_header *h) {
  const uint8_t *p = data, *end = data + size;
  while (p < end) {
    const uint8_t *lf = memchr(p, '\n', (size_t)(end - p));
    const uint8_t *colon;
    if (lf == NULL || lf == p) return (size_t)(p - data) + (lf == p);
    colon = memchr(p, ':', (size_t)(lf - p));
    if (colon != NULL && http->n < SAT_MAPI_HEADERS) {
      h[http->n].name = (struct sat_bytes){p, (uint32_t)(colon - p)};
      h[http->n++].value =
          (struct sat_bytes){colon + 1, (uint32_t)(lf - colon - 1)};
    }
    p = lf + 1;
  }
  return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_mapi_session s;
  struct sat_mapi_header h[SAT_MAPI_HEADERS];
  struct sat_mapi_http http = {.status = 200, .headers = h};
  struct sat_mapi_connected connected;
  struct sat_mapi_request q = {0};
  struct sat_error err = {0};
  size_t at = split(data, size, &http, h);
  http.body = (struct sat_bytes){data + at, (uint32_t)(size - at)};
  if (sat_mapi_session_init(&s, "/cn=x", NULL) < 0) return 0;
  if (sat_mapi_take_connect(&s, &http, &connected, &err) == 0)
    sat_mapi_ask_ping(&s, &q);
  sat_mapi_request_free(&q);
  sat_mapi_session_clear(&s);
  return 0;
}
