/*
** Bearer tokens: OAUTHBEARER (RFC 7628) and its forerunner XOAUTH2.  The one
** message has all; a challenge after it is the server's reason to refuse,
** which is answered, so that the refusal proper can follow.
*/
#include <stdio.h>
#include <string.h>

#include "net/sasl_state.h"

#define SEPARATOR "\1"

static bool clean(const char *s) {
  for (; *s != '\0'; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f) return false;
  return true;
}

/* a name in a GS2 header (RFC 5801 4) */
static void put_name(struct sat_buf *b, const char *s) {
  for (; *s != '\0'; s++) {
    if (*s == ',')
      sat_buf_str(b, "=2C");
    else if (*s == '=')
      sat_buf_str(b, "=3D");
    else
      sat_buf_put(b, s, 1);
  }
}

static void put_pair(struct sat_buf *b, const char *name, const char *value) {
  sat_buf_str(b, name);
  sat_buf_str(b, value);
  sat_buf_str(b, SEPARATOR);
}

/* RFC 7628 3.1 */
static void build_oauthbearer(struct sat_buf *b,
                              const struct sat_sasl_request *r) {
  char port[16];
  sat_buf_str(b, "n,");
  if (r->user != NULL) {
    sat_buf_str(b, "a=");
    put_name(b, r->authzid != NULL ? r->authzid : r->user);
  }
  sat_buf_str(b, "," SEPARATOR);
  if (r->host != NULL) put_pair(b, "host=", r->host);
  if (r->port != 0) {
    snprintf(port, sizeof port, "%u", r->port);
    put_pair(b, "port=", port);
  }
}

static int open_bearer(struct sat_sasl *x, const struct sat_sasl_request *r) {
  const char *user = r->user != NULL ? r->user : "";
  if (r->token == NULL || r->token[0] == '\0')
    return sat_error_set(&x->err, SAT_E_INVALID, "%s needs a token",
                         x->mechanism);
  if (!clean(r->token) || !clean(user) ||
      (r->authzid != NULL && !clean(r->authzid)) ||
      (r->host != NULL && !clean(r->host)))
    return sat_error_set(&x->err, SAT_E_INVALID,
                         "the token or the user has control characters");
  if (strcmp(x->mechanism, "XOAUTH2") == 0)
    put_pair(&x->message, "user=",
             r->authzid != NULL ? r->authzid : user);
  else
    build_oauthbearer(&x->message, r);
  put_pair(&x->message, "auth=Bearer ", r->token);
  sat_buf_str(&x->message, SEPARATOR);
  if (!x->message.failed) return 0;
  return sat_error_set(&x->err, SAT_E_MEMORY, "not enough memory");
}

static int step_bearer(struct sat_sasl *x, const void *p, size_t n,
                       struct sat_buf *out) {
  if (!x->started) {
    sat_buf_put(out, x->message.p, x->message.n);
    return 1;
  }
  if (x->reason[0] != '\0')
    return sat_error_set(&x->err, SAT_E_AUTH, "the token was refused: %s",
                         x->reason);
  sat_sasl_note_reason(x, n > 0 ? p : "no reason given", n > 0 ? n : 15);
  if (strcmp(x->mechanism, "OAUTHBEARER") == 0)
    sat_buf_str(out, SEPARATOR); /* RFC 7628 3.2.3 */
  return 1;
}

static void close_bearer(struct sat_sasl *x) {
  sat_sasl_forget(&x->message);
}

const struct sat_sasl_kind sat_sasl_bearer = {open_bearer, step_bearer,
                                              close_bearer};
