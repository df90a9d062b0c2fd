#include "mail/mapi_handle.h"

#include <stdlib.h>
#include <string.h>

#define RELEASE_SIZE 5

struct sat_mapi_handle *sat_mapi_handle_new(struct sat_mapi_session *s) {
  struct sat_mapi_handle *h = calloc(1, sizeof *h);
  if (h == NULL) return NULL;
  h->refs = 1;
  h->value = SAT_MAPI_NO_HANDLE;
  h->session = s;
  h->next = s->handles;
  if (h->next != NULL) h->next->prev = h;
  s->handles = h;
  return h;
}

struct sat_mapi_handle *sat_mapi_handle_ref(struct sat_mapi_handle *h) {
  h->refs++;
  return h;
}

bool sat_mapi_handle_live(const struct sat_mapi_handle *h) {
  return h->session != NULL && h->session->connected &&
         h->value != SAT_MAPI_NO_HANDLE &&
         h->generation == h->session->generation;
}

bool sat_mapi_handle_stale(const struct sat_mapi_handle *h) {
  return h->generation != 0 && !sat_mapi_handle_live(h);
}

static void queue_release(struct sat_mapi_handle *h) {
  struct sat_buf *q = &h->session->releases;
  sat_buf_u32(q, h->value);
  sat_buf_u8(q, h->logon_id);
  if (q->failed) sat_buf_free(q); /* those end with the session */
}

static void unlink_handle(struct sat_mapi_handle *h) {
  if (h->session == NULL) return;
  if (h->next != NULL) h->next->prev = h->prev;
  if (h->prev != NULL)
    h->prev->next = h->next;
  else
    h->session->handles = h->next;
}

void sat_mapi_handle_unref(struct sat_mapi_handle **handle) {
  struct sat_mapi_handle *h = *handle;
  *handle = NULL;
  if (h == NULL || --h->refs > 0) return;
  if (sat_mapi_handle_live(h)) queue_release(h);
  unlink_handle(h);
  free(h->columns);
  free(h);
}

void sat_mapi_handle_open(struct sat_mapi_handle *h, uint32_t value) {
  h->value = value;
  h->generation = h->session->generation;
}

bool sat_mapi_handle_columns(struct sat_mapi_handle *h, const uint32_t *tags,
                             uint32_t n) {
  uint32_t *copy = malloc(n > 0 ? n * sizeof *copy : 1);
  if (copy == NULL) return false;
  if (n > 0) memcpy(copy, tags, n * sizeof *copy);
  free(h->columns);
  h->columns = copy;
  h->column_n = n;
  return true;
}

struct sat_mapi_handle *sat_mapi_handle_find(struct sat_mapi_session *s,
                                             uint32_t value) {
  struct sat_mapi_handle *h = s->handles;
  while (h != NULL && !(h->value == value && sat_mapi_handle_live(h)))
    h = h->next;
  return h;
}

void sat_mapi_handles_orphan(struct sat_mapi_session *s) {
  for (struct sat_mapi_handle *h = s->handles; h != NULL; h = h->next)
    h->session = NULL;
  s->handles = NULL;
}

bool sat_mapi_release_next(struct sat_mapi_session *s, uint32_t *value_r,
                           uint8_t *logon_id_r) {
  const uint8_t *p = s->releases.p;
  if (s->releases.n < RELEASE_SIZE) return false;
  *value_r = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
             (uint32_t)p[3] << 24;
  *logon_id_r = p[4];
  sat_buf_consume(&s->releases, RELEASE_SIZE);
  return true;
}
