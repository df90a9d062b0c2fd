#include "net/sasl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "net/sasl_state.h"

static bool is_bearer(const char *mechanism) {
  return strcmp(mechanism, "XOAUTH2") == 0 ||
         strcmp(mechanism, "OAUTHBEARER") == 0;
}

static bool is_scram(const char *mechanism) {
  static const char *const names[] = {"SCRAM-SHA-1", "SCRAM-SHA-1-PLUS",
                                      "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(mechanism, names[i]) == 0) return true;
  return false;
}

static const struct sat_sasl_kind *kind_of(const char *mechanism) {
  if (is_bearer(mechanism)) return &sat_sasl_bearer;
  return is_scram(mechanism) ? &sat_sasl_scram : &sat_sasl_gsasl;
}

bool sat_sasl_has(const char *mechanism) {
  Gsasl *gsasl = NULL;
  bool has;
  if (kind_of(mechanism) != &sat_sasl_gsasl) return true;
  if (gsasl_init(&gsasl) != GSASL_OK) return false;
  has = gsasl_client_support_p(gsasl, mechanism);
  gsasl_done(gsasl);
  return has;
}

bool sat_sasl_speaks_first(const char *mechanism) {
  return strcmp(mechanism, "LOGIN") != 0 &&
         strcmp(mechanism, "CRAM-MD5") != 0 &&
         strcmp(mechanism, "DIGEST-MD5") != 0;
}

void sat_sasl_note_reason(struct sat_sasl *x, const void *p, size_t n) {
  const unsigned char *s = p;
  size_t at = 0;
  for (size_t i = 0; i < n && at + 1 < sizeof x->reason; i++)
    x->reason[at++] = s[i] < 0x20 || s[i] == 0x7f ? ' ' : (char)s[i];
  x->reason[at] = '\0';
}

void sat_sasl_forget(struct sat_buf *b) {
  if (b->p != NULL) sat_secret_wipe(b->p, b->cap);
  sat_buf_free(b);
}

struct sat_sasl *sat_sasl_new(const struct sat_sasl_request *r,
                              struct sat_error *err) {
  struct sat_sasl *x;
  if (strlen(r->mechanism) > GSASL_MAX_MECHANISM_SIZE) {
    sat_error_set(err, SAT_E_UNSUPPORTED, "no mechanism has such a name");
    return NULL;
  }
  x = calloc(1, sizeof *x);
  if (x == NULL) {
    sat_error_set(err, SAT_E_MEMORY, "not enough memory");
    return NULL;
  }
  snprintf(x->mechanism, sizeof x->mechanism, "%s", r->mechanism);
  x->kind = kind_of(r->mechanism);
  if (x->kind->open(x, r) == 0) return x;
  *err = x->err;
  sat_sasl_free(&x);
  return NULL;
}

void sat_sasl_free(struct sat_sasl **xp) {
  struct sat_sasl *x = *xp;
  *xp = NULL;
  if (x == NULL) return;
  x->kind->close(x);
  free(x);
}

int sat_sasl_step(struct sat_sasl *x, const void *challenge, size_t n,
                  struct sat_buf *out) {
  int result;
  if (x->err.kind != SAT_OK) return -1;
  if (challenge == NULL && (x->started || !sat_sasl_speaks_first(x->mechanism)))
    return sat_error_set(&x->err, SAT_E_INVALID,
                         "%s has nothing to say without a challenge",
                         x->mechanism);
  if (x->done && x->kind != &sat_sasl_bearer)
    return sat_error_set(&x->err, SAT_E_PROTOCOL,
                         "the server asks for more than %s has to say",
                         x->mechanism);
  result = x->kind->step(x, challenge, n, out);
  x->started = true;
  if (result >= 0 && out->failed)
    return sat_error_set(&x->err, SAT_E_MEMORY, "not enough memory");
  x->done = result > 0;
  return result;
}

const char *sat_sasl_mechanism(const struct sat_sasl *x) {
  return x->mechanism;
}

const struct sat_error *sat_sasl_error(const struct sat_sasl *x) {
  return &x->err;
}

const char *sat_sasl_hint(const struct sat_sasl *x) { return x->hint; }

const char *sat_sasl_reason(const struct sat_sasl *x) {
  return x->reason[0] != '\0' ? x->reason : NULL;
}
